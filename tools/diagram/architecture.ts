/** What a picture shows, before it has a place on the page. Both clouds are read into it. */

/** What a card stands for. The first five do the work of a job; the others serve them. */
export type Role =
  | 'clients'
  | 'load-balancer'
  | 'gateway'
  | 'queue'
  | 'runner'
  | 'sandbox'
  | 'event-store'
  | 'service'
  | 'dead-letters'
  | 'names'
  | 'secrets'
  | 'programs'
  | 'logs'
  | 'alarms'
  | 'key';

/** One thing of the picture. */
export interface Card {
  /** Unique in the picture; also an id of Mermaid, so letters, digits and `_` only. */
  readonly id: string;
  readonly role: Role;
  readonly title: string;
  /** What the cloud calls it, such as `Amazon SQS`. */
  readonly product?: string;
  /** Which of the stack's, such as `playground-fleet`. */
  readonly name?: string;
  readonly lines: readonly string[];
  /** The innermost boundary that it stands in. */
  readonly zone: string;
  /** Several machines of one kind. */
  readonly isMany?: boolean;
  /** What both clouds may say alike, by name: the neutral picture keeps what is equal. */
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** How a boundary is drawn, from open to closed. */
export type ZoneKind = 'internet' | 'cloud' | 'network' | 'public' | 'private' | 'closed' | 'gate' | 'services';

/** A boundary of the network. */
export interface Zone {
  readonly id: string;
  readonly kind: ZoneKind;
  readonly title: string;
  /** Below the title. */
  readonly lines: readonly string[];
  /** The boundary around it. */
  readonly within?: string;
}

/** Data that goes from one card to another. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** `request`: code on its way in; `result`: what it writes on its way out; `aside`: neither. */
  readonly kind: 'request' | 'result' | 'aside';
  /** Number in the flow of one job. */
  readonly step?: number;
  /** A word or two on the line. */
  readonly label: string;
}

/** One step of a job, in a sentence. */
export interface Step {
  readonly number: number;
  readonly kind: 'request' | 'result';
  readonly text: string;
}

/** A whole picture. */
export interface Architecture {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  /** For those who do not see it. */
  readonly description: string;
  readonly zones: readonly Zone[];
  readonly cards: readonly Card[];
  readonly edges: readonly Edge[];
  readonly steps: readonly Step[];
}
