import { IdempotencyRecordStatus } from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { within } from '../deadline.ts';

/** Powertools retries its whole state machine on this name: the record changed between our two looks at it. */
export class RecordVanished extends Error {
  override readonly name = 'IdempotencyInconsistentStateError';
}

/** What Powertools expects when the record is there already; `existingRecord` saves it a read. */
class RecordExists extends Error {
  override readonly name = 'IdempotencyItemAlreadyExistsError';
  readonly existingRecord: IdempotencyRecord | undefined;

  constructor(existingRecord: IdempotencyRecord | undefined) {
    super('The record exists already.');
    this.existingRecord = existingRecord;
  }
}

/**
 * The idempotency records of one request, in DynamoDB: Powertools' state machine over writes that know their owner.
 *
 * Powertools' own DynamoDB layer writes and deletes without looking whose record it is, and forgets a request whose
 * outcome is unknown. Here each record names the decision that owns it, so that
 * - a put whose answer was lost finds its own record when the SDK sends it again, and goes on; one that arrives after all
 *   was done changes nothing;
 * - a slow owner that wakes after its record was taken over changes nothing;
 * - a request whose outcome is unknown keeps its fingerprint: the same request may take it over at once, another body
 *   with the same token is refused until the record expires.
 *
 * Item: `id`, `status`, `owner` (decision id), `validation` (fingerprint), `expiration` (epoch seconds, the table's TTL),
 * `in_progress_expiration` (epoch milliseconds), `data` (JSON text of the stored result).
 */
export class RecordStore extends BasePersistenceLayer {
  /** Set when the change may have been made although no answer came: the record is then released, not deleted. */
  outcomeIsUnknown = false;
  /** Set when the record was taken over: an earlier call of this very request ended without anybody knowing how. */
  takenOver = false;
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #owner: string;
  readonly #timeoutMs: () => number;

  constructor(options: { client: DynamoDBClient; table: string; owner: string; timeoutMs: () => number }) {
    super();
    this.#client = options.client;
    this.#table = options.table;
    this.#owner = options.owner;
    this.#timeoutMs = options.timeoutMs;
  }

  protected async _putRecord(record: IdempotencyRecord): Promise<void> {
    const nowMs = Date.now();
    const put = new PutItemCommand({
      TableName: this.#table,
      Item: {
        id: { S: record.idempotencyKey },
        status: { S: IdempotencyRecordStatus.INPROGRESS },
        owner: { S: this.#owner },
        validation: { S: record.payloadHash ?? '' },
        expiration: { N: String(record.expiryTimestamp) },
        in_progress_expiration: { N: String(record.inProgressExpiryTimestamp ?? nowMs) },
      },
      ConditionExpression:
        // Without parentheses, which AND does not need here, and which the emulator's parser is very slow at.
        'attribute_not_exists(id) OR expiration < :now OR #status = :inProgress AND #owner = :owner' +
        ' OR #status = :inProgress AND in_progress_expiration < :nowMs AND validation = :validation',
      ExpressionAttributeNames: { '#owner': 'owner', '#status': 'status' },
      ExpressionAttributeValues: {
        ':now': { N: String(nowMs / 1000) },
        ':nowMs': { N: String(nowMs) },
        ':owner': { S: this.#owner },
        ':inProgress': { S: IdempotencyRecordStatus.INPROGRESS },
        ':validation': { S: record.payloadHash ?? '' },
      },
      ReturnValues: 'ALL_OLD',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      const { Attributes: before } = await this.#inTime((options) => this.#client.send(put, options));
      // Our own record may have been there: an attempt at this very put whose answer was lost. Nobody can tell any more
      // whether that attempt took over, so it counts as if it had; the price is a look at Bedrock should the create fail.
      this.takenOver ||= before !== undefined && Number(before.expiration?.N) * 1000 >= nowMs;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new RecordExists(error.Item && toRecord(error.Item));
    }
  }

  protected async _getRecord(idempotencyKey: string): Promise<IdempotencyRecord> {
    const get = new GetItemCommand({
      TableName: this.#table,
      Key: { id: { S: idempotencyKey } },
      ConsistentRead: true,
    });
    const { Item } = await this.#inTime((options) => this.#client.send(get, options));
    // DynamoDB deletes what has expired within days, not at once.
    if (Item === undefined || Number(Item.expiration?.N) < Date.now() / 1000) {
      throw new RecordVanished('The record was deleted, or has expired, since it was found.');
    }
    return toRecord(Item);
  }

  protected async _updateRecord(record: IdempotencyRecord): Promise<void> {
    await this.#whileOwned(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { id: { S: record.idempotencyKey } },
        UpdateExpression: 'SET #status = :status, expiration = :expiration, #data = :data',
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner', '#status': 'status', '#data': 'data' },
        ExpressionAttributeValues: {
          ':owner': { S: this.#owner },
          ':status': { S: IdempotencyRecordStatus.COMPLETED },
          ':expiration': { N: String(record.expiryTimestamp) },
          ':data': { S: JSON.stringify(record.responseData) },
        },
      }),
    );
  }

  /** Powertools calls this when the work failed: the record goes if nothing was made, and is released if nobody knows. */
  protected async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    const owned = {
      TableName: this.#table,
      Key: { id: { S: record.idempotencyKey } },
      ConditionExpression: '#owner = :owner',
      ExpressionAttributeNames: { '#owner': 'owner' },
    };
    const owner = { ':owner': { S: this.#owner } };
    await this.#whileOwned(
      this.outcomeIsUnknown
        ? new UpdateItemCommand({
            ...owned,
            UpdateExpression: 'SET in_progress_expiration = :released',
            ExpressionAttributeValues: { ...owner, ':released': { N: '0' } },
          })
        : new DeleteItemCommand({ ...owned, ExpressionAttributeValues: owner }),
    );
  }

  #inTime<T>(send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    return within(this.#timeoutMs(), (abortSignal) => send({ abortSignal }));
  }

  /** Losing the record to a taker is no failure: the taker sends Bedrock the same token, so both name the same group. */
  async #whileOwned(command: UpdateItemCommand | DeleteItemCommand): Promise<void> {
    try {
      await this.#inTime((options) => this.#client.send(command as UpdateItemCommand, options));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}

function toRecord(item: Record<string, AttributeValue>): IdempotencyRecord {
  return new IdempotencyRecord({
    idempotencyKey: item.id?.S ?? '',
    status: item.status?.S as 'INPROGRESS' | 'COMPLETED',
    expiryTimestamp: Number(item.expiration?.N),
    inProgressExpiryTimestamp: Number(item.in_progress_expiration?.N),
    payloadHash: item.validation?.S,
    ...(item.data?.S === undefined ? {} : { responseData: JSON.parse(item.data.S) }),
  });
}
