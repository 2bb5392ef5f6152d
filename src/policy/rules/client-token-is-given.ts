import { defineRule, violation } from '../rule.ts';

/** Without a token a retry after a lost answer may make a second group, or be refused for the name of the first. */
export default defineRule({
  id: 'client-token-is-given',
  summary: 'A creation carries a client token, so that it can be repeated safely.',
  notes:
    'Every AWS client sends one by itself. A declaration (`PUT …/by-name/…`) cannot carry one: under this rule it updates ' +
    'groups, but creates none. The rule has no settings, so no exemption can change them.',
  operations: ['CreateAgentActionGroup'],
  settings: {},
  check({ clientTokenGiven }) {
    if (clientTokenGiven === true) return [];
    return [
      violation({
        pointer: '/clientToken',
        message: 'The creation carries no client token.',
        fix: 'Send clientToken (33 to 256 characters) or the header Idempotency-Key; to declare a group by name, create it so first.',
      }),
    ];
  },
  describe: () => 'A creation carries a client token (clientToken, or the header Idempotency-Key).',
  examples: [
    { name: 'a creation with a token', settings: {}, request: { clientTokenGiven: true }, verdict: 'allowed' },
    {
      name: 'an update, which takes none',
      settings: {},
      request: { operation: 'UpdateAgentActionGroup' },
      verdict: 'allowed',
    },
    { name: 'a creation without one', settings: {}, request: { clientTokenGiven: false }, verdict: 'denied' },
  ],
});
