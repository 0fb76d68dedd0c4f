/*
 * Objects as the API server sends them, as far as they are read here. Nothing is required to be there.
 */
export interface RawMetadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly RawOwner[];
}

export interface RawOwner {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly controller?: boolean;
}

interface RawContainer {
  readonly name?: string;
  readonly restartPolicy?: string;
}

interface RawContainerStatus {
  readonly name?: string;
  readonly containerID?: string;
  readonly state?: { readonly terminated?: object };
}

export interface RawPod {
  readonly metadata?: RawMetadata;
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly RawContainer[];
    readonly initContainers?: readonly RawContainer[];
    readonly ephemeralContainers?: readonly RawContainer[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly RawContainerStatus[];
    readonly initContainerStatuses?: readonly RawContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly RawContainerStatus[];
  };
}

export interface RawNode {
  readonly metadata?: RawMetadata;
  readonly spec?: { readonly unschedulable?: boolean };
}

export interface RawNamespace {
  readonly metadata?: RawMetadata;
}
