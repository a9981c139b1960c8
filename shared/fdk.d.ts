// @fnproject/fdk 0.0.76 brings no types: the part of it that the functions use.
declare module '@fnproject/fdk' {
  export interface Context {
    readonly callID: string;
    /** Whole seconds; null when the platform gave none. */
    readonly deadline: Date | null;
  }
  /** Serves calls on FN_LISTENER. Exits the process when the environment is not Fn's. Must never return undefined. */
  export function handle(
    handler: (body: Buffer, context: Context) => object | Promise<object>,
    options: { readonly inputMode: 'buffer' },
  ): () => void;
}
