/** Dates in bodies, read as those in headers are: the SDK has a second, longer parser for each of these formats. */
export {
  _parseEpochTimestamp as parseEpochTimestamp,
  _parseRfc3339DateTimeWithOffset as parseRfc3339DateTimeWithOffset,
  _parseRfc7231DateTime as parseRfc7231DateTime,
} from '@smithy/core/serde';

export const dateToUtcString = (date: Date): string => date.toUTCString();

/** For times that must be of UTC, which no service of ours asks for. */
export const parseRfc3339DateTime = (): never => {
  throw new TypeError('parseRfc3339DateTime is left out of this bundle.');
};
