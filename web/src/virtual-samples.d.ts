declare module 'virtual:samples' {
  /** A program that greets, by language id. */
  const samples: Readonly<Record<string, string>>;
  export default samples;
}
