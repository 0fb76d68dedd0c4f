/*
 * Generated from helm/memwarden/files/crds. Do not edit: npm run generate.
 */
import type { Schema } from '../schema.js';

const labelRequirement: Schema = {
  type: 'object',
  required: ['key', 'operator'],
  rules: [
    {
      rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
      message:
        'In and NotIn need values, Exists and DoesNotExist have none: write values: [x], or remove values',
      field: 'values',
    },
  ],
  properties: {
    key: { type: 'string', minLength: 1, maxLength: 317 },
    operator: { type: 'string', enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
    values: { type: 'array', maxItems: 16, unique: [], items: { type: 'string', maxLength: 63 } },
  },
};

const labelSelector: Schema = {
  type: 'object',
  rules: [
    {
      rule: 'has(self.matchLabels) || has(self.matchExpressions)',
      message:
        'an empty selector would take everything: write matchLabels or matchExpressions, or remove the selector',
    },
  ],
  properties: {
    matchLabels: {
      type: 'object',
      minProperties: 1,
      maxProperties: 16,
      additionalProperties: { type: 'string', maxLength: 63 },
    },
    matchExpressions: { type: 'array', minItems: 1, maxItems: 16, items: labelRequirement },
  },
};

const policyMatch: Schema = {
  type: 'object',
  rules: [
    {
      rule: '(has(self.all) && self.all) || has(self.nodeSelector) || has(self.namespaceSelector) || has(self.podSelector) || has(self.processes) || has(self.devices)',
      message:
        'match is empty: say which targets (processes, nodeSelector, namespaceSelector, podSelector, devices), or write all: true for every one',
    },
  ],
  properties: {
    all: { type: 'boolean' },
    nodeSelector: labelSelector,
    namespaceSelector: labelSelector,
    podSelector: labelSelector,
    processes: {
      type: 'object',
      required: ['names'],
      properties: {
        names: {
          type: 'array',
          minItems: 1,
          maxItems: 32,
          unique: [],
          items: {
            type: 'string',
            minLength: 1,
            maxLength: 64,
            rules: [
              {
                rule: 'size(self) <= 15',
                message:
                  'the kernel keeps 15 bytes of a name: write what /proc/PID/comm says, which is its first 15',
              },
            ],
          },
        },
      },
    },
    devices: {
      type: 'object',
      rules: [
        {
          rule: 'has(self.types) || has(self.sharing)',
          message: 'devices is empty: write types: [Host] or sharing: […], or remove devices',
        },
      ],
      properties: {
        types: {
          type: 'array',
          minItems: 1,
          maxItems: 2,
          unique: [],
          items: { type: 'string', enum: ['GPU', 'Host'] },
        },
        sharing: {
          type: 'array',
          minItems: 1,
          maxItems: 4,
          unique: [],
          items: { type: 'string', enum: ['Exclusive', 'MIG', 'TimeSliced', 'MPS'] },
        },
      },
    },
  },
};

const detector: Schema = {
  type: 'object',
  required: ['name', 'type'],
  rules: [
    {
      rule: "has(self.pressure) == (self.type == 'Pressure')",
      message:
        'a detector of type Pressure has the member pressure, and no other type has it: write pressure: {…} beside type: Pressure, or remove it',
      field: 'pressure',
    },
    {
      rule: "has(self.leak) == (self.type == 'Leak')",
      message:
        'a detector of type Leak has the member leak, and no other type has it: write leak: {…} beside type: Leak, or remove it',
      field: 'leak',
    },
    {
      rule: "has(self.orphan) == (self.type == 'Orphan')",
      message:
        'a detector of type Orphan has the member orphan, and no other type has it: write orphan: {…} beside type: Orphan, or remove it',
      field: 'orphan',
    },
    {
      rule: "has(self.idle) == (self.type == 'Idle')",
      message:
        'a detector of type Idle has the member idle, and no other type has it: write idle: {…} beside type: Idle, or remove it',
      field: 'idle',
    },
    {
      rule: "has(self.unattributed) == (self.type == 'Unattributed')",
      message:
        'a detector of type Unattributed has the member unattributed, and no other type has it: write unattributed: {…} beside type: Unattributed, or remove it',
      field: 'unattributed',
    },
    {
      rule: "has(self.residual) == (self.type == 'Residual')",
      message:
        'a detector of type Residual has the member residual, and no other type has it: write residual: {…} beside type: Residual, or remove it',
      field: 'residual',
    },
  ],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 63,
      rules: [
        {
          rule: "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
          message:
            "a name is made of a-z, 0-9 and '-', and begins and ends with a letter or digit, for example press-1",
        },
      ],
    },
    type: { type: 'string', enum: ['Pressure', 'Leak', 'Orphan', 'Idle', 'Unattributed', 'Residual'] },
    pressure: {
      type: 'object',
      required: ['percentOfLimit', 'clearPercent'],
      rules: [
        {
          rule: 'self.clearPercent < self.percentOfLimit',
          message:
            'clearPercent must be less than percentOfLimit, for example 80 beside 90: between the two nothing changes',
          field: 'clearPercent',
        },
      ],
      properties: {
        signal: { type: 'string', enum: ['NonReclaimable', 'PSI'], default: 'NonReclaimable' },
        percentOfLimit: { type: 'integer', format: 'int64', minimum: 1, maximum: 100 },
        clearPercent: { type: 'integer', format: 'int64', minimum: 0, maximum: 99 },
        forSeconds: { type: 'integer', format: 'int64', minimum: 0, maximum: 86400, default: 60 },
      },
    },
    leak: {
      type: 'object',
      properties: {
        minProbability: { type: 'number', minimum: 0, maximum: 1, default: 0.95 },
        exhaustionWithinSeconds: { type: 'integer', format: 'int64', minimum: 60, maximum: 31536000 },
      },
    },
    orphan: {
      type: 'object',
      required: ['classes'],
      properties: {
        classes: {
          type: 'array',
          minItems: 1,
          maxItems: 16,
          unique: [],
          items: { type: 'string', minLength: 1, maxLength: 63 },
        },
        minBytes: {
          type: 'intOrString',
          pattern: '^[0-9]+(\\.[0-9]+)?([KMGTPE]i|[kMGTPE]|[eE][0-9]{1,2})?$',
          minimum: 1,
          maximum: 9007199254740991,
          maxLength: 32,
        },
        minAgeSeconds: { type: 'integer', format: 'int64', minimum: 0, maximum: 2592000 },
      },
    },
    idle: {
      type: 'object',
      required: ['forSeconds'],
      properties: {
        forSeconds: { type: 'integer', format: 'int64', minimum: 60, maximum: 2592000 },
        minBytes: {
          type: 'intOrString',
          pattern: '^[0-9]+(\\.[0-9]+)?([KMGTPE]i|[kMGTPE]|[eE][0-9]{1,2})?$',
          minimum: 1,
          maximum: 9007199254740991,
          maxLength: 32,
        },
      },
    },
    unattributed: {
      type: 'object',
      properties: {
        minBytes: {
          type: 'intOrString',
          pattern: '^[0-9]+(\\.[0-9]+)?([KMGTPE]i|[kMGTPE]|[eE][0-9]{1,2})?$',
          minimum: 1,
          maximum: 9007199254740991,
          maxLength: 32,
        },
        minPercent: { type: 'integer', format: 'int64', minimum: 1, maximum: 100 },
        forSeconds: { type: 'integer', format: 'int64', minimum: 0, maximum: 2592000 },
      },
    },
    residual: {
      type: 'object',
      properties: {
        minBytes: {
          type: 'intOrString',
          pattern: '^[0-9]+(\\.[0-9]+)?([KMGTPE]i|[kMGTPE]|[eE][0-9]{1,2})?$',
          minimum: 1,
          maximum: 9007199254740991,
          maxLength: 32,
        },
        minGrowthPerCycle: {
          type: 'intOrString',
          pattern: '^[0-9]+(\\.[0-9]+)?([KMGTPE]i|[kMGTPE]|[eE][0-9]{1,2})?$',
          minimum: 1,
          maximum: 9007199254740991,
          maxLength: 32,
        },
      },
    },
  },
};

const ladderStep: Schema = {
  type: 'object',
  required: ['type'],
  rules: [
    {
      rule: "has(self.captureEvidence) == (self.type == 'CaptureEvidence')",
      message:
        'a step of type CaptureEvidence has the member captureEvidence, and no other type has it: write captureEvidence: {…} beside type: CaptureEvidence, or remove it',
      field: 'captureEvidence',
    },
    {
      rule: "has(self.notify) == (self.type == 'Notify')",
      message:
        'a step of type Notify has the member notify, and no other type has it: write notify: {…} beside type: Notify, or remove it',
      field: 'notify',
    },
    {
      rule: "has(self.trimPool) == (self.type == 'TrimPool')",
      message:
        'a step of type TrimPool has the member trimPool, and no other type has it: write trimPool: {…} beside type: TrimPool, or remove it',
      field: 'trimPool',
    },
    {
      rule: "has(self.reclaimHost) == (self.type == 'ReclaimHost')",
      message:
        'a step of type ReclaimHost has the member reclaimHost, and no other type has it: write reclaimHost: {…} beside type: ReclaimHost, or remove it',
      field: 'reclaimHost',
    },
    {
      rule: "has(self.revokeLease) == (self.type == 'RevokeLease')",
      message:
        'a step of type RevokeLease has the member revokeLease, and no other type has it: write revokeLease: {…} beside type: RevokeLease, or remove it',
      field: 'revokeLease',
    },
    {
      rule: "has(self.taint) == (self.type == 'Taint')",
      message:
        'a step of type Taint has the member taint, and no other type has it: write taint: {…} beside type: Taint, or remove it',
      field: 'taint',
    },
    {
      rule: "has(self.evict) == (self.type == 'Evict')",
      message:
        'a step of type Evict has the member evict, and no other type has it: write evict: {…} beside type: Evict, or remove it',
      field: 'evict',
    },
    {
      rule: "has(self.endProcess) == (self.type == 'EndProcess')",
      message:
        'a step of type EndProcess has the member endProcess, and no other type has it: write endProcess: {…} beside type: EndProcess, or remove it',
      field: 'endProcess',
    },
  ],
  properties: {
    type: {
      type: 'string',
      enum: [
        'CaptureEvidence',
        'Notify',
        'TrimPool',
        'ReclaimHost',
        'RevokeLease',
        'Taint',
        'Evict',
        'EndProcess',
      ],
    },
    captureEvidence: {
      type: 'object',
      required: ['what'],
      properties: {
        what: {
          type: 'array',
          minItems: 1,
          maxItems: 3,
          unique: [],
          items: { type: 'string', enum: ['SmapsRollup', 'Sites', 'Stack'] },
        },
      },
    },
    notify: {
      type: 'object',
      required: ['transport'],
      rules: [
        {
          rule: "self.transport != 'Signal' || has(self.signal)",
          message: 'transport Signal needs a signal: write signal: SIGUSR2',
          field: 'signal',
        },
        {
          rule: "self.transport != 'PodHTTP' || !has(self.signal)",
          message: 'transport PodHTTP sends no signal: remove signal, or write transport: Signal',
          field: 'signal',
        },
      ],
      properties: {
        transport: { type: 'string', enum: ['Signal', 'PodHTTP'] },
        signal: { type: 'string', enum: ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] },
      },
    },
    trimPool: { type: 'object' },
    reclaimHost: {
      type: 'object',
      required: ['maxBytes'],
      properties: {
        maxBytes: {
          type: 'intOrString',
          pattern: '^[0-9]+(\\.[0-9]+)?([KMGTPE]i|[kMGTPE]|[eE][0-9]{1,2})?$',
          minimum: 1,
          maximum: 9007199254740991,
          maxLength: 32,
        },
        stopAtPressure: { type: 'number', minimum: 0, maximum: 100 },
      },
    },
    revokeLease: {
      type: 'object',
      properties: {
        graceSeconds: { type: 'integer', format: 'int64', minimum: 0, maximum: 3600, default: 30 },
      },
    },
    taint: {
      type: 'object',
      properties: {
        effect: { type: 'string', enum: ['NoSchedule', 'PreferNoSchedule'], default: 'NoSchedule' },
      },
    },
    evict: {
      type: 'object',
      properties: { gracePeriodSeconds: { type: 'integer', format: 'int64', minimum: 0, maximum: 3600 } },
    },
    endProcess: {
      type: 'object',
      properties: {
        termGraceSeconds: { type: 'integer', format: 'int64', minimum: 0, maximum: 3600, default: 30 },
      },
    },
    verifyAfterSeconds: { type: 'integer', format: 'int64', minimum: 1, maximum: 3600, default: 60 },
    minFreed: {
      type: 'intOrString',
      pattern: '^[0-9]+(\\.[0-9]+)?([KMGTPE]i|[kMGTPE]|[eE][0-9]{1,2})?$',
      minimum: 1,
      maximum: 9007199254740991,
      maxLength: 32,
      default: '64Mi',
    },
  },
};

const policyAction: Schema = {
  type: 'object',
  required: ['detectors', 'ladder'],
  rules: [
    {
      rule: "(has(self.acknowledgeDisruption) && self.acknowledgeDisruption) || !self.ladder.exists(s, s.type in ['Evict', 'EndProcess'])",
      message:
        'Evict and EndProcess end work that somebody may miss: write acknowledgeDisruption: true beside the ladder, or remove the step',
      field: 'acknowledgeDisruption',
    },
  ],
  properties: {
    detectors: {
      type: 'array',
      minItems: 1,
      maxItems: 16,
      unique: [],
      items: { type: 'string', minLength: 1, maxLength: 63 },
    },
    ladder: {
      type: 'array',
      minItems: 1,
      maxItems: 6,
      rules: [
        {
          rule: "[0, 1, 2, 3, 4].all(i, i + 1 >= size(self) || {'CaptureEvidence': 0, 'Notify': 1, 'TrimPool': 2, 'ReclaimHost': 3, 'RevokeLease': 4, 'Taint': 5, 'Evict': 6, 'EndProcess': 7}[self[i].type] <= {'CaptureEvidence': 0, 'Notify': 1, 'TrimPool': 2, 'ReclaimHost': 3, 'RevokeLease': 4, 'Taint': 5, 'Evict': 6, 'EndProcess': 7}[self[i + 1].type])",
          message:
            'the severity of a ladder never falls: order its steps CaptureEvidence, Notify, TrimPool, ReclaimHost, RevokeLease, Taint, Evict, EndProcess',
        },
      ],
      items: ladderStep,
    },
    acknowledgeDisruption: { type: 'boolean' },
    cooldownSeconds: { type: 'integer', format: 'int64', minimum: 0, maximum: 604800, default: 1800 },
    maxIneffective: { type: 'integer', format: 'int64', minimum: 1, maximum: 10, default: 2 },
    queuePriority: { type: 'string', enum: ['Critical', 'High', 'Normal', 'Low'], default: 'Normal' },
  },
};

const policyWindow: Schema = {
  type: 'object',
  required: ['schedule', 'durationSeconds'],
  properties: {
    schedule: {
      type: 'string',
      minLength: 9,
      maxLength: 128,
      rules: [
        {
          rule: "self.matches('^[^ ]+( +[^ ]+){4}$')",
          message:
            'a schedule has five fields, minute hour day month weekday: for example "0 22 * * *" for 22:00 every day',
        },
      ],
    },
    durationSeconds: { type: 'integer', format: 'int64', minimum: 60, maximum: 604800 },
    timeZone: { type: 'string', minLength: 1, maxLength: 64, default: 'UTC' },
  },
};

const policyLimits: Schema = {
  type: 'object',
  properties: {
    perNode: { type: 'integer', format: 'int64', minimum: 1, maximum: 100, default: 1 },
    perNamespacePerHour: { type: 'integer', format: 'int64', minimum: 1, maximum: 1000, default: 5 },
    perHour: { type: 'integer', format: 'int64', minimum: 1, maximum: 10000, default: 20 },
    maxNodes: { type: 'integer', format: 'int64', minimum: 1, maximum: 5000, default: 10 },
    maxNodesPercent: { type: 'integer', format: 'int64', minimum: 1, maximum: 100, default: 2 },
  },
};

const policyProtection: Schema = {
  type: 'object',
  properties: {
    honorPodLabels: { type: 'string', enum: ['Always', 'Never'], default: 'Always' },
    maxKeepSeconds: { type: 'integer', format: 'int64', minimum: 0, maximum: 2592000, default: 86400 },
  },
};

const condition: Schema = {
  type: 'object',
  required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
  properties: {
    type: { type: 'string', minLength: 1, maxLength: 316 },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: {
      type: 'string',
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
      minLength: 1,
      maxLength: 128,
    },
    message: { type: 'string', maxLength: 1024 },
    lastTransitionTime: { type: 'string', format: 'date-time', maxLength: 64 },
    observedGeneration: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
  },
};

const policyRef: Schema = {
  type: 'object',
  required: ['name', 'uid', 'generation'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 253 },
    uid: { type: 'string', minLength: 1, maxLength: 63 },
    generation: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
  },
};

const target: Schema = {
  type: 'object',
  required: ['node', 'bootID', 'device', 'holder'],
  properties: {
    node: { type: 'string', minLength: 1, maxLength: 253 },
    bootID: { type: 'string', minLength: 1, maxLength: 64 },
    device: { type: 'string', minLength: 1, maxLength: 253 },
    holder: { type: 'string', minLength: 1, maxLength: 4200 },
    process: {
      type: 'object',
      required: ['pid', 'startTimeTicks', 'name'],
      properties: {
        pid: { type: 'integer', format: 'int64', minimum: 1, maximum: 4194304 },
        startTimeTicks: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
        name: { type: 'string', maxLength: 64 },
      },
    },
    cgroup: {
      type: 'object',
      required: ['path', 'inode'],
      properties: {
        path: { type: 'string', minLength: 1, maxLength: 4096 },
        inode: { type: 'integer', format: 'int64', minimum: 1, maximum: 9007199254740991 },
      },
    },
    container: {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string', minLength: 1, maxLength: 128 } },
    },
    pod: {
      type: 'object',
      required: ['namespace', 'name', 'uid'],
      properties: {
        namespace: { type: 'string', minLength: 1, maxLength: 63 },
        name: { type: 'string', minLength: 1, maxLength: 253 },
        uid: { type: 'string', minLength: 1, maxLength: 63 },
      },
    },
    workload: {
      type: 'object',
      required: ['apiVersion', 'kind', 'name'],
      properties: {
        apiVersion: { type: 'string', minLength: 1, maxLength: 317 },
        kind: { type: 'string', minLength: 1, maxLength: 63 },
        name: { type: 'string', minLength: 1, maxLength: 253 },
      },
    },
  },
};

const evidence: Schema = {
  type: 'object',
  required: ['type', 'at', 'message'],
  properties: {
    type: { type: 'string', minLength: 1, maxLength: 63 },
    at: { type: 'string', format: 'date-time', maxLength: 64 },
    message: { type: 'string', maxLength: 256 },
  },
};

const findingDecision: Schema = {
  type: 'object',
  required: ['kind', 'reason', 'message', 'at'],
  properties: {
    kind: { type: 'string', minLength: 1, maxLength: 63 },
    reason: { type: 'string', minLength: 1, maxLength: 63 },
    message: { type: 'string', maxLength: 1024 },
    at: { type: 'string', format: 'date-time', maxLength: 64 },
  },
};

const measurement: Schema = {
  type: 'object',
  required: ['bytes', 'quality', 'takenAt'],
  properties: {
    bytes: { type: 'integer', format: 'int64', nullable: true, minimum: 0, maximum: 9007199254740991 },
    quality: { type: 'string', enum: ['Measured', 'Estimated', 'UpperBound', 'Inconsistent', 'Unknown'] },
    takenAt: { type: 'string', format: 'date-time', maxLength: 64 },
  },
};

const cleanupStep: Schema = {
  type: 'object',
  required: ['index', 'type', 'state'],
  properties: {
    index: { type: 'integer', format: 'int64', minimum: 0, maximum: 5 },
    type: {
      type: 'string',
      enum: [
        'CaptureEvidence',
        'Notify',
        'TrimPool',
        'ReclaimHost',
        'RevokeLease',
        'Taint',
        'Evict',
        'EndProcess',
      ],
    },
    state: { type: 'string', enum: ['Pending', 'Issued', 'Executed', 'Verified', 'Refused', 'Unknown'] },
    orderID: { type: 'string', minLength: 1, maxLength: 128 },
    attempt: { type: 'integer', format: 'int64', minimum: 0, maximum: 1000 },
    journalID: { type: 'string', minLength: 1, maxLength: 64 },
    outcome: { type: 'string', enum: ['Freed', 'Ineffective', 'Refused', 'Unknown'] },
    reason: { type: 'string', minLength: 1, maxLength: 63 },
    message: { type: 'string', maxLength: 1024 },
    issuedAt: { type: 'string', format: 'date-time', maxLength: 64 },
    executedAt: { type: 'string', format: 'date-time', maxLength: 64 },
    before: measurement,
    after: measurement,
  },
};

const nodeMemoryAgent: Schema = {
  type: 'object',
  required: ['version', 'protocol', 'capabilities'],
  properties: {
    version: { type: 'string', maxLength: 63 },
    protocol: { type: 'integer', format: 'int64', minimum: 0, maximum: 1000000 },
    rssBytes: { type: 'integer', format: 'int64', nullable: true, minimum: 0, maximum: 9007199254740991 },
    capabilities: {
      type: 'array',
      maxItems: 32,
      unique: [],
      items: { type: 'string', minLength: 1, maxLength: 63 },
    },
  },
};

const nodeMemoryHolder: Schema = {
  type: 'object',
  required: ['id', 'kind', 'name', 'bytes', 'quality'],
  properties: {
    id: { type: 'string', minLength: 1, maxLength: 4200 },
    kind: { type: 'string', enum: ['cgroup', 'process', 'pod', 'bucket'] },
    name: { type: 'string', maxLength: 253 },
    namespace: { type: 'string', minLength: 1, maxLength: 63 },
    pod: { type: 'string', minLength: 1, maxLength: 253 },
    container: { type: 'string', minLength: 1, maxLength: 253 },
    workload: { type: 'string', minLength: 1, maxLength: 317 },
    bytes: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
    quality: { type: 'string', enum: ['Measured', 'Estimated', 'UpperBound', 'Inconsistent', 'Unknown'] },
  },
};

const nodeMemoryDevice: Schema = {
  type: 'object',
  required: [
    'id',
    'type',
    'totalBytes',
    'usedBytes',
    'reservedBytes',
    'heldBytes',
    'unattributedBytes',
    'quality',
  ],
  properties: {
    id: { type: 'string', minLength: 1, maxLength: 253 },
    type: { type: 'string', enum: ['Host', 'GPU'] },
    parent: { type: 'string', minLength: 1, maxLength: 253 },
    sharing: { type: 'string', enum: ['Exclusive', 'MIG', 'TimeSliced', 'MPS'] },
    model: { type: 'string', minLength: 1, maxLength: 253 },
    totalBytes: { type: 'integer', format: 'int64', nullable: true, minimum: 0, maximum: 9007199254740991 },
    usedBytes: { type: 'integer', format: 'int64', nullable: true, minimum: 0, maximum: 9007199254740991 },
    reservedBytes: {
      type: 'integer',
      format: 'int64',
      nullable: true,
      minimum: 0,
      maximum: 9007199254740991,
    },
    heldBytes: { type: 'integer', format: 'int64', nullable: true, minimum: 0, maximum: 9007199254740991 },
    unattributedBytes: {
      type: 'integer',
      format: 'int64',
      nullable: true,
      minimum: -9007199254740991,
      maximum: 9007199254740991,
    },
    quality: { type: 'string', enum: ['Measured', 'Estimated', 'UpperBound', 'Inconsistent', 'Unknown'] },
    unknownHolders: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991, default: 0 },
    byClass: {
      type: 'array',
      maxItems: 16,
      default: [],
      unique: ['class'],
      items: {
        type: 'object',
        required: ['class', 'bytes'],
        properties: {
          class: { type: 'string', minLength: 1, maxLength: 63 },
          bytes: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
        },
      },
    },
    topHolders: { type: 'array', maxItems: 5, default: [], items: nodeMemoryHolder },
    conditions: { type: 'array', maxItems: 4, default: [], unique: ['type'], items: condition },
  },
};

export const memoryPolicySchema: { readonly spec: Schema; readonly status: Schema } = {
  spec: {
    type: 'object',
    required: ['match', 'detectors'],
    rules: [
      {
        rule: 'self.actions.all(a, a.detectors.all(d, self.detectors.exists(x, x.name == d)))',
        message:
          'an action lists a detector that is not in spec.detectors: correct the name, or add the detector',
        field: 'actions',
      },
      {
        rule: "!has(self.match.processes) || !self.actions.exists(a, a.ladder.exists(s, s.type == 'Evict'))",
        message:
          'Evict is for pods and match.processes is for machines without them: use Notify or EndProcess, or match pods instead',
        field: 'actions',
      },
    ],
    properties: {
      matchingPrecedence: { type: 'integer', format: 'int64', minimum: 1, maximum: 10000, default: 1000 },
      mode: { type: 'string', enum: ['Observe', 'DryRun', 'Enforce'], default: 'Observe' },
      paused: { type: 'boolean', default: false },
      match: policyMatch,
      detectors: { type: 'array', minItems: 1, maxItems: 16, unique: ['name'], items: detector },
      actions: { type: 'array', maxItems: 16, default: [], items: policyAction },
      windows: { type: 'array', maxItems: 8, default: [], items: policyWindow },
      limits: { ...policyLimits, default: {} },
      protection: { ...policyProtection, default: {} },
    },
  },
  status: {
    type: 'object',
    properties: {
      observedGeneration: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
      agents: {
        type: 'object',
        required: ['desired', 'updated'],
        properties: {
          desired: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
          updated: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
        },
      },
      rules: {
        type: 'object',
        required: ['pods', 'shadowed'],
        properties: {
          pods: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
          shadowed: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
          shadowedBy: {
            type: 'array',
            maxItems: 16,
            default: [],
            unique: [],
            items: { type: 'string', minLength: 1, maxLength: 253 },
          },
        },
      },
      lastDay: {
        type: 'object',
        required: ['wouldAct', 'acted', 'freedBytes'],
        properties: {
          wouldAct: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
          acted: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
          freedBytes: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
          refused: {
            type: 'array',
            maxItems: 64,
            default: [],
            unique: ['reason'],
            items: {
              type: 'object',
              required: ['reason', 'count'],
              properties: {
                reason: { type: 'string', minLength: 1, maxLength: 63 },
                count: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
              },
            },
          },
        },
      },
      problems: {
        type: 'array',
        maxItems: 32,
        items: {
          type: 'object',
          required: ['path', 'message'],
          properties: {
            path: { type: 'string', maxLength: 1024 },
            message: { type: 'string', maxLength: 1024 },
          },
        },
      },
      conditions: { type: 'array', maxItems: 8, unique: ['type'], items: condition },
    },
  },
};

export const memoryFindingSchema: { readonly spec: Schema; readonly status: Schema } = {
  spec: {
    type: 'object',
    required: ['type', 'class', 'detector', 'policyRef', 'target'],
    rules: [
      { rule: 'self == oldSelf', message: 'what was found never changes: another finding is another object' },
    ],
    properties: {
      type: { type: 'string', enum: ['Pressure', 'Leak', 'Orphan', 'Idle', 'Unattributed', 'Residual'] },
      class: {
        type: 'string',
        minLength: 1,
        maxLength: 63,
        rules: [
          {
            rule: "self.matches('^[A-Za-z][A-Za-z0-9]*$')",
            message: 'a class is one word of letters and digits',
          },
        ],
      },
      detector: { type: 'string', minLength: 1, maxLength: 63 },
      policyRef: policyRef,
      target: target,
    },
  },
  status: {
    type: 'object',
    required: ['firstSeen', 'lastSeen', 'bytes', 'quality'],
    properties: {
      firstSeen: { type: 'string', format: 'date-time', maxLength: 64 },
      lastSeen: { type: 'string', format: 'date-time', maxLength: 64 },
      bytes: { type: 'integer', format: 'int64', nullable: true, minimum: 0, maximum: 9007199254740991 },
      quality: { type: 'string', enum: ['Measured', 'Estimated', 'UpperBound', 'Inconsistent', 'Unknown'] },
      limitBytes: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991 },
      percent: { type: 'number', minimum: 0, maximum: 1000000000000000 },
      growth: {
        type: 'object',
        required: ['bytesPerHour', 'low', 'high'],
        properties: {
          bytesPerHour: { type: 'number', minimum: -1000000000000000000, maximum: 1000000000000000000 },
          low: { type: 'number', minimum: -1000000000000000000, maximum: 1000000000000000000 },
          high: { type: 'number', minimum: -1000000000000000000, maximum: 1000000000000000000 },
        },
      },
      exhaustion: { type: 'string', format: 'date-time', maxLength: 64 },
      evidence: { type: 'array', maxItems: 10, default: [], items: evidence },
      cleanupRef: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string', minLength: 1, maxLength: 253 } },
      },
      cleanups: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991, default: 0 },
      decision: findingDecision,
      conditions: { type: 'array', maxItems: 8, default: [], unique: ['type'], items: condition },
    },
  },
};

export const memoryCleanupSchema: { readonly spec: Schema; readonly status: Schema } = {
  spec: {
    type: 'object',
    required: ['target', 'mode', 'ladder', 'deadline'],
    rules: [
      {
        rule: '!has(self.notBefore) || self.notBefore < self.deadline',
        message: 'deadline must be later than notBefore',
        field: 'deadline',
      },
      {
        rule: 'has(self.findingRef) == has(oldSelf.findingRef) && has(self.policyRef) == has(oldSelf.policyRef) && has(self.notBefore) == has(oldSelf.notBefore) && has(self.reason) == has(oldSelf.reason)',
        message:
          'a cleanup never changes, only cancelled does: findingRef, policyRef, notBefore and reason can neither be added nor removed',
      },
      {
        rule: '!has(oldSelf.cancelled) || !oldSelf.cancelled || (has(self.cancelled) && self.cancelled)',
        message: 'cancelled never goes back: ask for another cleanup',
        field: 'cancelled',
      },
    ],
    properties: {
      target: {
        ...target,
        rules: [
          {
            rule: 'self == oldSelf',
            message:
              'target of a cleanup never changes, only cancelled does: cancel this one and ask for another',
          },
        ],
      },
      findingRef: {
        type: 'object',
        required: ['name'],
        rules: [
          {
            rule: 'self == oldSelf',
            message:
              'findingRef of a cleanup never changes, only cancelled does: cancel this one and ask for another',
          },
        ],
        properties: { name: { type: 'string', minLength: 1, maxLength: 253 } },
      },
      policyRef: {
        ...policyRef,
        rules: [
          {
            rule: 'self == oldSelf',
            message:
              'policyRef of a cleanup never changes, only cancelled does: cancel this one and ask for another',
          },
        ],
      },
      mode: {
        type: 'string',
        enum: ['DryRun', 'Enforce'],
        rules: [
          {
            rule: 'self == oldSelf',
            message:
              'mode of a cleanup never changes, only cancelled does: cancel this one and ask for another',
          },
        ],
      },
      ladder: {
        type: 'array',
        minItems: 1,
        maxItems: 6,
        rules: [
          {
            rule: "[0, 1, 2, 3, 4].all(i, i + 1 >= size(self) || {'CaptureEvidence': 0, 'Notify': 1, 'TrimPool': 2, 'ReclaimHost': 3, 'RevokeLease': 4, 'Taint': 5, 'Evict': 6, 'EndProcess': 7}[self[i].type] <= {'CaptureEvidence': 0, 'Notify': 1, 'TrimPool': 2, 'ReclaimHost': 3, 'RevokeLease': 4, 'Taint': 5, 'Evict': 6, 'EndProcess': 7}[self[i + 1].type])",
            message:
              'the severity of a ladder never falls: order its steps CaptureEvidence, Notify, TrimPool, ReclaimHost, RevokeLease, Taint, Evict, EndProcess',
          },
          {
            rule: 'self == oldSelf',
            message:
              'ladder of a cleanup never changes, only cancelled does: cancel this one and ask for another',
          },
        ],
        items: ladderStep,
      },
      queuePriority: {
        type: 'string',
        enum: ['Critical', 'High', 'Normal', 'Low'],
        default: 'Normal',
        rules: [
          {
            rule: 'self == oldSelf',
            message:
              'queuePriority of a cleanup never changes, only cancelled does: cancel this one and ask for another',
          },
        ],
      },
      notBefore: {
        type: 'string',
        format: 'date-time',
        maxLength: 64,
        rules: [
          {
            rule: 'self == oldSelf',
            message:
              'notBefore of a cleanup never changes, only cancelled does: cancel this one and ask for another',
          },
        ],
      },
      deadline: {
        type: 'string',
        format: 'date-time',
        maxLength: 64,
        rules: [
          {
            rule: 'self == oldSelf',
            message:
              'deadline of a cleanup never changes, only cancelled does: cancel this one and ask for another',
          },
        ],
      },
      reason: {
        type: 'string',
        maxLength: 1024,
        rules: [
          {
            rule: 'self == oldSelf',
            message:
              'reason of a cleanup never changes, only cancelled does: cancel this one and ask for another',
          },
        ],
      },
      cancelled: { type: 'boolean' },
    },
  },
  status: {
    type: 'object',
    properties: {
      steps: { type: 'array', maxItems: 6, default: [], unique: ['index'], items: cleanupStep },
      freedBytes: { type: 'integer', format: 'int64', minimum: 0, maximum: 9007199254740991, default: 0 },
      requestedBy: { type: 'string', maxLength: 256, default: '' },
      conditions: { type: 'array', maxItems: 8, default: [], unique: ['type'], items: condition },
    },
  },
};

export const nodeMemorySchema: { readonly status: Schema } = {
  status: {
    type: 'object',
    required: ['observedAt', 'bootID'],
    properties: {
      observedAt: { type: 'string', format: 'date-time', maxLength: 64 },
      bootID: { type: 'string', maxLength: 64 },
      agent: nodeMemoryAgent,
      effectiveMode: { type: 'string', enum: ['Observe', 'DryRun', 'Enforce'] },
      devices: { type: 'array', maxItems: 64, default: [], unique: ['id'], items: nodeMemoryDevice },
      conditions: { type: 'array', maxItems: 8, default: [], unique: ['type'], items: condition },
    },
  },
};
