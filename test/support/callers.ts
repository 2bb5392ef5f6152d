/** Who calls in the tests of handlers; their teams are in `test/data/policy.yaml`. */
import type { LocalPrincipal } from '../../src/local/gateway/principals.ts';

export interface Caller extends LocalPrincipal {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const role = (name: string): Caller => ({
  accessKeyId: `AKID${name.toUpperCase().replaceAll('-', '_')}`,
  secretAccessKey: `secret-of-${name}`,
  arn: `arn:aws:iam::111122223333:role/${name}`,
});

/** Who calls when a test does not say: a role of team payments, without a signature. */
export const PAYMENTS: LocalPrincipal = { arn: 'arn:aws:iam::111122223333:role/payments-ci' };

export const PAYMENTS_DEPLOY = role('payments-deploy');
export const TRAVEL = role('travel-ci');
export const PLATFORM = role('platform-ci');
export const DEMO = role('demo-ci');
/** In no team. */
export const STRANGER = role('marketing-ci');
/** In two teams. */
export const IN_TWO_TEAMS = role('payments-and-travel');
/** A session of a role, as a pipeline has it: with a session token. */
export const SESSION = {
  ...role('session'),
  sessionToken: 'SECRET-OF-THE-SESSION',
  arn: 'arn:aws:sts::111122223333:assumed-role/payments-ci/build-1842',
};

export const PRINCIPALS: readonly LocalPrincipal[] = [
  PAYMENTS,
  PAYMENTS_DEPLOY,
  TRAVEL,
  PLATFORM,
  DEMO,
  STRANGER,
  IN_TWO_TEAMS,
  SESSION,
];
