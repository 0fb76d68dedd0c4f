/*
 * The C structs of native/include/memwarden.h: fields in order, so that offsets follow by C's own rule.
 * layout.spec.ts compares them with the header.
 */
const SIZES = { uint64_t: 8, uint32_t: 4, int32_t: 4, uint8_t: 1 } as const;

type Field = readonly [name: string, type: keyof typeof SIZES, count?: number];

export interface Layout<Name extends string> {
  readonly fields: readonly Field[];
  /** In bytes from the start of the struct. */
  readonly offsets: Readonly<Record<Name, number>>;
  readonly bytes: number;
}

/** Offsets by natural alignment; the struct's own is 8, as each has a 64-bit field. */
function layout<const F extends readonly Field[]>(fields: F): Layout<F[number][0]> {
  const offsets: Record<string, number> = {};
  let end = 0;
  for (const [name, type, count] of fields) {
    const size = SIZES[type];
    offsets[name] = Math.ceil(end / size) * size;
    end = offsets[name] + size * (count ?? 1);
  }
  return { fields, offsets: offsets as Record<F[number][0], number>, bytes: Math.ceil(end / 8) * 8 };
}

export const COMM_BYTES = 64;

export const SCAN_RESULT = layout([
  ['needed_bytes', 'uint64_t'],
  ['records', 'uint32_t'],
  ['skipped', 'uint32_t'],
  ['cgroup_version', 'uint32_t'],
  ['flags', 'uint32_t'],
]);

export const SCAN_FLAGS = { MW_SCAN_HUGETLB_CHARGED: 1, MW_SCAN_KERNEL_DERIVED: 2 } as const;

export const PROCESS = layout([
  ['start_ticks', 'uint64_t'],
  ['rss_anon', 'uint64_t'],
  ['rss_file', 'uint64_t'],
  ['rss_shmem', 'uint64_t'],
  ['swap', 'uint64_t'],
  ['hugetlb', 'uint64_t'],
  ['pid', 'uint32_t'],
  ['parent_pid', 'uint32_t'],
  ['uid', 'uint32_t'],
  ['cgroup_offset', 'uint32_t'],
  ['cgroup_bytes', 'uint32_t'],
  ['state', 'uint8_t'],
  ['comm_bytes', 'uint8_t'],
  ['reserved', 'uint8_t', 2],
  ['comm', 'uint8_t', COMM_BYTES],
]);

export const CGROUP = layout([
  ['inode', 'uint64_t'],
  ['usage', 'uint64_t'],
  ['limit', 'uint64_t'],
  ['swap', 'uint64_t'],
  ['anon', 'uint64_t'],
  ['file', 'uint64_t'],
  ['shmem', 'uint64_t'],
  ['kernel', 'uint64_t'],
  ['own_anon', 'uint64_t'],
  ['own_file', 'uint64_t'],
  ['own_shmem', 'uint64_t'],
  ['hugetlb', 'uint64_t'],
  ['dying', 'uint64_t'],
  ['oom_kills', 'uint64_t'],
  ['path_offset', 'uint32_t'],
  ['path_bytes', 'uint32_t'],
]);

export const PROPORTIONAL = layout([
  ['start_ticks', 'uint64_t'],
  ['pss_anon', 'uint64_t'],
  ['pss_shmem', 'uint64_t'],
  ['pid', 'uint32_t'],
  ['status', 'int32_t'],
]);
