/** The judge itself: each way of leaving the standard is seen. A judge that takes everything would keep the suite green. */
import { describe, expect, test } from 'vitest';
import { eventJudge, leaksIn } from '../support/lines/faults.ts';
import { PLANTED } from '../support/lines/planted.ts';
import { sharedService } from '../support/service.ts';
import { ocsfFaults } from './ocsf.ts';
import schema from './ocsf-1.5.0.schema.json' with { type: 'json' };

const service = sharedService();

// biome-ignore lint/suspicious/noExplicitAny: an event is broken on purpose
type Event = any;

async function outcome(): Promise<Event> {
  await service.post();
  return service.events().at(-1);
}

describe('an event that', () => {
  test.each<[string, (event: Event) => void, string]>([
    [
      'lacks what the class requires',
      (event) => delete event.src_endpoint,
      "/ must have required property 'src_endpoint'",
    ],
    ['has more than the class', (event) => (event.audit = {}), '/ must NOT have additional properties: audit'],
    [
      'has more than an object',
      (event) => (event.actor.user.team = 'payments'),
      '/actor/user must NOT have additional properties: team',
    ],
    ['has a text for a number', (event) => (event.time = String(event.time)), '/time must be integer'],
    ['has an id that is not listed', (event) => (event.disposition_id = 28), '/disposition_id must be equal to one of'],
    ['has the caption of another id', (event) => (event.severity = 'Fatal'), '/severity_id must have its caption'],
    ['has the caption of another activity', (event) => (event.activity_name = 'Read'), '/activity_id must have its'],
    ['has the type of another activity', (event) => (event.type_uid = 600302), '/type_uid must be equal to constant'],
    [
      'has a source without any name',
      (event) => (event.src_endpoint = {}),
      '/src_endpoint must match a schema in anyOf',
    ],
    ['has an address that is none', (event) => (event.src_endpoint = { ip: 'here' }), '/src_endpoint/ip must match'],
    ['has a profile’s attribute without it', (event) => (event.metadata.profiles = ['cloud', 'trace']), 'must contain'],
    ['has an object that was not copied', (event) => (event.http_response = { code: 201 }), '/http_response must NOT'],
    ['is of another class', (event) => (event.class_uid = 3001), 'class_uid 3001 is none of ours'],
  ])('%s is refused', async (_name, spoil, fault) => {
    const event = await outcome();
    expect(ocsfFaults(event)).toEqual([]);
    spoil(event);
    expect(ocsfFaults(event).join('\n')).toContain(fault);
  });
});

describe('a line that', () => {
  test('is an honest event has no fault', async () => {
    const line = JSON.stringify(await outcome());
    expect([...leaksIn(line), ...(await eventJudge())(line)]).toEqual([]);
  });

  test.each(PLANTED)('shows %s is refused', (what, text) => {
    expect(leaksIn(`{"message":"${text}"}`)).toContain(`shows ${what}`);
  });

  test('begins an event and breaks off is refused', async () => {
    expect((await eventJudge())('{"class_uid":6003,')).toEqual(['names a class and is no JSON']);
  });
});

test('every object of the standard is closed, but where the standard leaves it open', () => {
  const open = Object.entries(schema.$defs).filter(
    ([, definition]) => 'type' in definition && definition.type === 'object' && !('additionalProperties' in definition),
  );
  expect(open.map(([name]) => name)).toEqual(['object']);
});
