/**
 * The words of the Open Cybersecurity Schema Framework that our records use: API Activity, and Detection Finding, as release 1.5.0 defines them.
 *
 * Every id stands with its caption, since people read the one and queries count the other.
 *
 * @see https://schema.ocsf.io/1.5.0/classes/api_activity
 */
import type { Operation } from '../policy/request.ts';

export const OCSF_VERSION = '1.5.0';

export const API_ACTIVITY = {
  class_uid: 6003,
  class_name: 'API Activity',
  category_uid: 6,
  category_name: 'Application Activity',
} as const;

export const DETECTION_FINDING = {
  class_uid: 2004,
  class_name: 'Detection Finding',
  category_uid: 2,
  category_name: 'Findings',
} as const;

const ACTIVITIES = { Other: 99, Create: 1, Read: 2, Update: 3, Delete: 4 } as const;
const SEVERITIES = { Informational: 1, Low: 2, Medium: 3, High: 4 } as const;
const STATUSES = { Unknown: 0, Success: 1, Failure: 2 } as const;
const ACTIONS = { Allowed: 1, Denied: 2 } as const;
const DISPOSITIONS = { Unknown: 0, Allowed: 1, Blocked: 2, 'No Action': 16, Logged: 17, Error: 27 } as const;

export type Severity = keyof typeof SEVERITIES;
export type Status = keyof typeof STATUSES;
export type Disposition = keyof typeof DISPOSITIONS;

/** A prepare is none of the four that the class knows; its name is then the source's own. */
const ACTIVITY_OF: Readonly<Record<Operation, readonly [keyof typeof ACTIVITIES, string?]>> = {
  CreateAgentActionGroup: ['Create'],
  UpdateAgentActionGroup: ['Update'],
  DeleteAgentActionGroup: ['Delete'],
  GetAgentActionGroup: ['Read'],
  ListAgentActionGroups: ['Read'],
  PrepareAgent: ['Other', 'Prepare'],
  GetAgent: ['Read'],
};

export function activity(operation: Operation) {
  const [activity, name = activity] = ACTIVITY_OF[operation];
  const activity_id = ACTIVITIES[activity];
  return { activity_id, activity_name: name, type_uid: API_ACTIVITY.class_uid * 100 + activity_id } as const;
}

/** How bad it is, and how it ended. */
export function standing(severity: Severity, status: Status) {
  return { severity_id: SEVERITIES[severity], severity, status_id: STATUSES[status], status } as const;
}

/** What the policy said, and what came of it. */
export function control(action: keyof typeof ACTIONS, disposition: Disposition) {
  return {
    action_id: ACTIONS[action],
    action,
    disposition_id: DISPOSITIONS[disposition],
    disposition,
  } as const;
}

export function awsAccount(uid: string) {
  return { uid, type_id: 10, type: 'AWS Account' } as const;
}
