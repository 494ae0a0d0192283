/** What the cloud says of the resources that a deployment names. */

/** A value, or why nobody could look. */
export type Observed<T> = T | NotObserved;

export interface NotObserved {
  readonly notObserved: string;
}

/** `key` is everywhere the key's full name, null where Google's own key is used. */
export interface Observations {
  /** The Dataflow key. */
  readonly key: Observed<{
    /** ENCRYPT_DECRYPT, ASYMMETRIC_SIGN, … */
    readonly purpose: string;
    /** ENABLED, DISABLED, DESTROY_SCHEDULED, …; null where the key has no primary version. */
    readonly primaryState: string | null;
  }>;
  /** The topic that is read, or the subscription's. */
  readonly topic: Observed<TopicFound>;
  readonly deadLetterTopic: Observed<TopicFound>;
  readonly dataset: Observed<{ readonly location: string; readonly defaultKey: string | null }>;
  readonly table: Observed<{ readonly key: string | null }>;
  readonly stagingBucket: Observed<BucketFound>;
  readonly tempBucket: Observed<BucketFound>;
  readonly workerRepository: Observed<RepositoryFound>;
  readonly pythonRepository: Observed<RepositoryFound>;
  /** Undefined where there is no Java image. */
  readonly javaRepository?: Observed<RepositoryFound> | undefined;
  readonly subnetwork: Observed<{ readonly privateIpGoogleAccess: boolean }>;
}

export interface TopicFound {
  readonly key: string | null;
  /** Empty where the topic has no message storage policy. */
  readonly allowedPersistenceRegions: readonly string[];
  readonly enforceInTransit: boolean;
}

export interface BucketFound {
  /** As Cloud Storage writes it: EUROPE-WEST2, EU, EUR4. */
  readonly location: string;
  readonly defaultKey: string | null;
  readonly publicAccessPrevention: "enforced" | "inherited";
}

export interface RepositoryFound {
  readonly location: string;
  readonly key: string | null;
}

export const isObserved = <T extends object>(value: Observed<T>): value is T => !("notObserved" in value);

/** The observations of nobody, for the reason `why`: no credentials, no network, a dry run. */
export function NOTHING_OBSERVED(why: string): Observations {
  const nothing = { notObserved: why };
  return {
    key: nothing,
    topic: nothing,
    deadLetterTopic: nothing,
    dataset: nothing,
    table: nothing,
    stagingBucket: nothing,
    tempBucket: nothing,
    workerRepository: nothing,
    pythonRepository: nothing,
    subnetwork: nothing,
  };
}
