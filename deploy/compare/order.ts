/** In which order the variants are measured. Pure. */
import { drawsOf, shuffled } from "./draws";
import { type Variant, VARIANTS } from "./variants";

/** Every order of three: in six rounds each variant stands twice at each place, and twice behind each other [Williams design]. */
const ORDERS: readonly (readonly Variant[])[] = VARIANTS.flatMap((first) =>
  VARIANTS.filter((second) => second !== first).map((second) => [
    ...[first, second],
    VARIANTS.find((third) => third !== first && third !== second)!,
  ]),
);

/** A block of rounds in which the order is balanced. */
export const BLOCK = ORDERS.length;

/** Of round `round`, from 1: a cloud that grows slower during a round slows each variant alike over a block. */
export function orderOf(round: number, seed: number): readonly Variant[] {
  const block = Math.floor((round - 1) / BLOCK);
  return shuffled(ORDERS, drawsOf(seed * 1009 + block))[(round - 1) % BLOCK]!;
}
