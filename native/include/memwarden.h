/*
 * The whole C ABI of libmemwarden: what the node agent asks the kernel for. Every exported symbol is here.
 *
 * What holds for all functions:
 * - A function that can fail returns an mw_status as int32_t: 0 is success, every error is negative.
 * - Pointers are != NULL unless a parameter says "may be NULL". Out parameters are written on success only,
 *   except mw_scan_result, whose needed_bytes is also written with MW_ERR_TOO_SMALL.
 * - Sizes are bytes, times are clock ticks since boot (USER_HZ) or milliseconds where the name says so.
 * - The library starts no thread (but mw_connect_loopback one, which is over when it returns), calls no caller
 *   code, throws nothing, keeps no global state, reads no environment and no locale. It allocates in mw_scanner_open
 * only.
 * - A scanner serves one call at a time, on any thread: a second call gets MW_ERR_IN_USE and changes nothing.
 * - Descriptors that are handed out are O_CLOEXEC and belong to the caller, who gives them to mw_fd_close.
 * - Text from the kernel is bytes: any value but NUL. Nothing here decodes or escapes it.
 *
 * Not supported: threads as rows (a process whose first thread has exited shows no memory although others
 * live). Cgroup paths are as the kernel shows them to the reader: from the root of its cgroup namespace, "/.." and on
 * for what is outside of it (cgroup_namespaces(7)).
 */
#ifndef MEMWARDEN_H
#define MEMWARDEN_H

#include <stddef.h> /* NOLINT(modernize-deprecated-headers): this is C */
#include <stdint.h> /* NOLINT(modernize-deprecated-headers): this is C */

#ifdef __cplusplus
extern "C" {
#endif

#define MW_API __attribute__((visibility("default")))

/*
 * Raised with every change that an older caller would notice. A function more is none: a caller that needs it finds
 * it missing when it loads the library.
 */
#define MW_ABI_VERSION 1

/* The largest value that is handed out: 2^53 - 1, so that a double holds each. Larger ones are MW_ERR_MALFORMED. */
#define MW_MAX_VALUE ((UINT64_C(1) << 53) - 1)

/* Stands for a value that the kernel does not give here. */
#define MW_ABSENT UINT64_MAX

/* comm is 15 bytes for user threads; kernel workers append what they work on (fs/proc/array.c, proc_task_name). */
#define MW_COMM_BYTES 64

enum mw_status {
  MW_OK = 0,
  MW_ERR_INVALID = -1,       /* an argument is outside its range */
  MW_ERR_TOO_SMALL = -2,     /* the buffer is too small; see needed_bytes */
  MW_ERR_NO_MEMORY = -3,     /* malloc or the kernel has none left */
  MW_ERR_NOT_FOUND = -4,     /* no such process or file, or the process was replaced by another of its pid */
  MW_ERR_DENIED = -5,        /* EPERM or EACCES */
  MW_ERR_UNSUPPORTED = -6,   /* this kernel has no such call or file */
  MW_ERR_NO_CONTROLLER = -7, /* no mounted cgroup hierarchy holds the memory controller */
  MW_ERR_BUSY = -8,          /* somebody else holds the lock */
  MW_ERR_TIMED_OUT = -9,     /* the time given is over */
  MW_ERR_IO = -10,           /* any other errno */
  MW_ERR_MALFORMED = -11,    /* a kernel file does not read as documented */
  MW_ERR_IN_USE = -12,       /* another thread is inside a call with this scanner */
  MW_ERR_REFUSED = -13       /* nobody accepts the connection */
};

/* The errno of the file that failed is not kept; strace tells. */

typedef struct mw_scanner mw_scanner;

/* What a scan put into the caller's buffer: `records` records from its start, and their strings at its end. */
typedef struct mw_scan_result {
  uint64_t needed_bytes;   /* with MW_ERR_TOO_SMALL: try again with at least this much; else what was used */
  uint32_t records;        /* in the buffer */
  uint32_t skipped;        /* entries that could not be read though they were still there */
  uint32_t cgroup_version; /* 1 or 2 */
  uint32_t flags;          /* MW_SCAN_* */
} mw_scan_result;

/* v2 mount option memory_hugetlb_accounting: hugetlb is inside memory.current (cgroup-v2.rst). */
#define MW_SCAN_HUGETLB_CHARGED 1U
/* This kernel's memory.stat has no "kernel" (before 5.18): it was summed from its parts. */
#define MW_SCAN_KERNEL_DERIVED 2U

/* One process. Memory in bytes; a kernel thread or zombie has none. Identity is {boot, pid, start_ticks}. */
typedef struct mw_process {
  uint64_t start_ticks; /* /proc/PID/stat field 22 */
  uint64_t rss_anon;    /* /proc/PID/status RssAnon */
  uint64_t rss_file;    /* RssFile */
  uint64_t rss_shmem;   /* RssShmem */
  uint64_t swap;        /* VmSwap */
  uint64_t hugetlb;     /* HugetlbPages */
  uint32_t pid;
  uint32_t parent_pid;
  uint32_t uid;           /* real uid */
  uint32_t cgroup_offset; /* of the path in the buffer; 0: could not be read */
  uint32_t cgroup_bytes;  /* its length; the NUL behind it is not counted */
  uint8_t state;          /* stat field 3: one of RSDZTtXIP */
  uint8_t comm_bytes;     /* <= MW_COMM_BYTES */
  uint8_t reserved[2];
  uint8_t comm[MW_COMM_BYTES]; /* raw, without NUL */
} mw_process;

/* One memory cgroup, whole subtree unless said otherwise. Bytes; MW_ABSENT where the kernel has no such value. */
typedef struct mw_cgroup {
  uint64_t inode;       /* of the directory; v2: the cgroup id */
  uint64_t usage;       /* memory.current; absent for the v2 root. v1: memory.usage_in_bytes */
  uint64_t limit;       /* memory.max, memory.limit_in_bytes; absent: none, or above MW_MAX_VALUE */
  uint64_t swap;        /* memory.swap.current, v1 total_swap of memory.stat; 0 without swap accounting */
  uint64_t anon;        /* memory.stat anon, v1 total_rss */
  uint64_t file;        /* memory.stat file, v1 total_cache; shmem included */
  uint64_t shmem;       /* memory.stat shmem, v1 total_shmem */
  uint64_t kernel;      /* memory.stat kernel, v1 memory.kmem.usage_in_bytes */
  uint64_t own_anon;    /* v1 rss: the cgroup without its children; v2: absent */
  uint64_t own_file;    /* v1 cache; v2: absent */
  uint64_t own_shmem;   /* v1 shmem; v2: absent */
  uint64_t hugetlb;     /* over all page sizes: memory.stat hugetlb with MW_SCAN_HUGETLB_CHARGED, else (or where it is
                           missing) the controller's; absent: not mounted or not enabled here either */
  uint64_t dying;       /* cgroup.stat nr_dying_descendants; v1: 0 */
  uint64_t oom_kills;   /* memory.events or memory.oom_control oom_kill */
  uint32_t path_offset; /* in the buffer; "/" for the root */
  uint32_t path_bytes;  /* the NUL behind it is not counted */
} mw_cgroup;

/* Asked and answered by mw_read_proportional. */
typedef struct mw_proportional {
  uint64_t start_ticks; /* in */
  uint64_t pss_anon;    /* out, bytes: /proc/PID/smaps_rollup Pss_Anon */
  uint64_t pss_shmem;   /* out, bytes: Pss_Shmem */
  uint32_t pid;         /* in */
  int32_t status;       /* out: MW_OK, MW_ERR_NOT_FOUND (gone or replaced), MW_ERR_DENIED, MW_ERR_MALFORMED */
} mw_proportional;

/* --- the library ----------------------------------------------------------------------------------------- */

/* MW_ABI_VERSION of the library; the caller compares it with the header it was built for. */
MW_API uint32_t mw_abi_version(void);

/* English for a status, never NULL, static. Unknown values have a text too. */
MW_API const char *mw_status_text(int32_t status);

/* --- scanning -------------------------------------------------------------------------------------------- */

/*
 * Opens the roots and finds the hierarchy of the memory controller.
 * proc_root: absolute, normally "/proc". cgroup_root: may be NULL (found in proc_root/self/mountinfo), else a
 * cgroup2 mount, a v1 memory mount, or the folder of v1 mounts. Not mounted: the scanner opens, and
 * mw_scan_cgroups says MW_ERR_NO_CONTROLLER.
 * Costs about 100 KiB and at most 4 descriptors until mw_scanner_close.
 */
MW_API int32_t mw_scanner_open(const char *proc_root, const char *cgroup_root, mw_scanner **scanner);

/* scanner may be NULL. No call with this scanner may be under way. */
MW_API void mw_scanner_close(mw_scanner *scanner);

/*
 * Every process of proc_root as mw_process, in ascending pid order as the kernel lists them.
 * buffer: 8-byte aligned; bytes < 2^32. A process that ends while it is read is left out; state, uid and memory
 * come from one read, and all files of one record from one process (one directory descriptor).
 * Sources: proc_pid_stat(5), proc_pid_status(5), cgroups(7).
 */
MW_API int32_t mw_scan_processes(mw_scanner *scanner, void *buffer, uint64_t bytes, mw_scan_result *result);

/*
 * Every cgroup of the memory hierarchy as mw_cgroup: the root first, a parent before its children, level by
 * level. A cgroup removed meanwhile is left out with all below it; so is one where v2's memory controller is not
 * enabled (its memory stands in the nearest ancestor). Symbolic links are not followed; paths of 4 KiB and
 * longer are counted in `skipped`. A root that does not read fails the whole call: MW_ERR_UNSUPPORTED where it has
 * no memory.stat (older cgroup2). buffer: as above.
 * Sources: cgroup-v2.rst, cgroup-v1/memory.rst, cgroup-v1/hugetlb.rst.
 */
MW_API int32_t mw_scan_cgroups(mw_scanner *scanner, void *buffer, uint64_t bytes, mw_scan_result *result);

/*
 * Proportional shares of `count` processes, each with a status of its own. The function fails as a whole only
 * for its arguments. Needs PTRACE_MODE_READ; costs about 0.1 ms a process and more for large ones.
 * Source: proc_pid_smaps(5).
 */
MW_API int32_t mw_read_proportional(mw_scanner *scanner, mw_proportional *items, uint32_t count);

/* --- processes ------------------------------------------------------------------------------------------- */

/*
 * A pidfd of exactly this process. start_ticks: as scanned from /proc. MW_ERR_NOT_FOUND: it is gone, or its pid
 * belongs to another one now. Linux 5.3, pidfd_open(2).
 */
MW_API int32_t mw_pidfd_open(uint32_t pid, uint64_t start_ticks, int32_t *fd);

/* signal: 0 (is it there?) to 64. MW_ERR_NOT_FOUND: it has ended and was reaped. pidfd_send_signal(2). */
MW_API int32_t mw_pidfd_signal(int32_t fd, int32_t signal);

/* Until the process has ended (it may still be a zombie) or MW_ERR_TIMED_OUT. 0 asks without waiting. */
MW_API int32_t mw_pidfd_wait(int32_t fd, uint32_t timeout_ms);

/* Frees the memory of a process that was killed already, else MW_ERR_INVALID. Linux 5.15, process_mrelease(2). */
MW_API int32_t mw_pidfd_release_memory(int32_t fd);

/*
 * A connection to 127.0.0.1:port inside the network namespace that the process of `pidfd` is in now: non-blocking,
 * connected, the caller's. Holds its thread for at most timeout_ms; the caller's own namespace is never left, since
 * another thread enters the other one and ends there. MW_ERR_REFUSED: nobody listens. MW_ERR_NOT_FOUND: the process
 * was reaped. Needs CAP_SYS_ADMIN over both namespaces. Linux 5.8, setns(2).
 */
MW_API int32_t mw_connect_loopback(int32_t pidfd, uint32_t port, uint32_t timeout_ms, int32_t *fd);

/*
 * Ends this process by _exit(2). exit(3) runs destructors, and Node's joins the threads of its pool: one that waits
 * for a kernel file that does not answer would keep the process for good. Does not return.
 */
MW_API void mw_exit(int32_t status);

/* --- files ----------------------------------------------------------------------------------------------- */

/*
 * The one holder of a lock file, by flock(2): it ends with the descriptor, so also with the process, whatever
 * kills it. The file is made with mode 0600 and stays. Does not wait: MW_ERR_BUSY.
 */
MW_API int32_t mw_lock_acquire(const char *path, int32_t *fd);

/* Closes a descriptor of this library. fd >= 0. */
MW_API int32_t mw_fd_close(int32_t fd);

#ifdef __cplusplus
}
#endif

#endif
