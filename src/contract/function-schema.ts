import * as v from 'valibot';
import { closedObject, oneMemberOf } from './closed-object.ts';
import { listOf } from './list-of.ts';
import { mapOf } from './map-of.ts';
import { Name, text } from './strings.ts';

const ParameterDetail = closedObject({
  description: v.optional(text(1, 500)),
  type: v.picklist(['string', 'number', 'integer', 'boolean', 'array']),
  required: v.optional(v.boolean()),
});

const FunctionDefinition = closedObject({
  name: Name,
  description: v.optional(text(1, 1200)),
  parameters: v.optional(mapOf(Name, ParameterDetail)),
  requireConfirmation: v.optional(v.picklist(['ENABLED', 'DISABLED'])),
});

/** Functions that the agent may call, described one by one rather than by an OpenAPI document. Bounds: the service model. */
export const FunctionSchema = oneMemberOf({ functions: listOf(FunctionDefinition) });
