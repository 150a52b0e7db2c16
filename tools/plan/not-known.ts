/** Why a value of a stack is not known before it is deployed. */
export class NotKnown extends Error {
  override name: string = 'NotKnown';

  constructor(
    message: string,
    /** What makes it known: a command or an option. */
    readonly fix?: string,
  ) {
    super(message);
  }
}
