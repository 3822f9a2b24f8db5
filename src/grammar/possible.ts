/** Parts of a schema that may turn out to fit nothing. */
import { never, type Part } from './network.js';
import { Impossible } from './schema-error.js';

/** One of these, without the impossible ones; where none is left, the reason of the first is thrown. */
export const possible =
  (...ways: ReadonlyArray<() => Part>): Part =>
  (builder, from) => {
    const end = builder.state();
    const reasons: Impossible[] = [];
    for (const way of ways) {
      try {
        builder.skip(way()(builder, from), end);
      } catch (error) {
        // What was built of it leads to no end, and is left out once the network is whole.
        if (!(error instanceof Impossible)) throw error;
        reasons.push(error);
      }
    }
    if (reasons.length > 0 && reasons.length === ways.length) throw reasons[0];
    return end;
  };

/** For what need not be there. */
export const ifPossible = (way: () => Part): Part => possible(way, () => never);
