/** Work that goes on after its request was acknowledged, so that stopping can wait for it. */

export interface InFlight {
  /** Counts `work` until it settles. Its failure is its owner's to handle. */
  track(work: Promise<unknown>): void;
  /** Resolves when nothing is under way any more, or after `milliseconds`: how much was left. */
  drained(milliseconds: number): Promise<number>;
}

export function createInFlight(): InFlight {
  const underWay = new Set<Promise<unknown>>();
  return {
    track(work) {
      const settled: Promise<unknown> = work.then(
        () => underWay.delete(settled),
        () => underWay.delete(settled),
      );
      underWay.add(settled);
    },
    async drained(milliseconds) {
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds);
      });
      const idle = async () => {
        while (underWay.size > 0) await Promise.all(underWay);
      };
      await Promise.race([idle(), deadline]);
      clearTimeout(timer);
      return underWay.size;
    },
  };
}
