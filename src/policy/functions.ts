/** The functions of a group, for the rules that look at each. */
import type { ActionGroup, ActionGroupFunction } from './request.ts';
import { type Finding, pointerTo, violation } from './rule.ts';

export interface PlacedFunction {
  readonly definition: ActionGroupFunction;
  readonly pointer: string;
}

/** None where the group has no function schema; undefined where it has one that is no list of functions. */
export function functionsOf({ functionSchema }: ActionGroup): readonly PlacedFunction[] | undefined {
  if (functionSchema === undefined) return [];
  const functions: unknown = functionSchema?.functions;
  if (!Array.isArray(functions)) return undefined;
  return functions.map((definition: unknown, index) => ({
    // What is no function lacks everything that a rule may ask of one.
    definition: typeof definition === 'object' && definition !== null ? definition : {},
    pointer: pointerTo('functionSchema', 'functions', index),
  }));
}

export function notFunctions(): Finding {
  return violation({
    pointer: '/functionSchema/functions',
    message: 'The function schema is no list of functions.',
    fix: 'Give the functions as a list, or leave out /functionSchema.',
  });
}
