/** What stands between the braces of an object, the space before the closing one included. */
import { comma, space } from './json-text.js';
import { calling, type Part, repeated, sequence } from './network.js';

interface Member {
  readonly isRequired: boolean;
  /** Name and value. */
  readonly part: Part;
}

/** Members in their order, the optional ones there or not, commas between those that are. */
export const objectMembers =
  (members: readonly Member[], extra: Part | undefined): Part =>
  (builder, from) => {
    const rule = (part: Part) => {
      const own = builder.declare();
      builder.define(own, part);
      return calling(own);
    };
    /** Where nothing was written yet, and where something was. */
    let bare: number | undefined = from;
    let written: number | undefined;
    for (const { isRequired, part } of members) {
      const one = rule(part);
      const next = builder.state();
      if (bare !== undefined) builder.skip(one(builder, bare), next);
      if (written !== undefined) builder.skip(sequence(comma, one)(builder, written), next);
      if (isRequired) bare = undefined;
      else if (written !== undefined) builder.skip(written, next);
      written = next;
    }
    if (extra) {
      const another = rule(extra);
      const list = repeated(sequence(comma, another), 0, Number.POSITIVE_INFINITY);
      const next = builder.state();
      if (bare !== undefined) builder.skip(sequence(another, list)(builder, bare), next);
      if (written !== undefined) builder.skip(list(builder, written), next);
      written = next;
    }
    const end = builder.state();
    if (bare !== undefined) builder.skip(bare, end);
    if (written !== undefined) builder.skip(space(builder, written), end);
    return end;
  };
