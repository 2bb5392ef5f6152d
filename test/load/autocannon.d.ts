/** What is used of it. */
declare module 'autocannon' {
  export interface LoadRequest {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: string;
  }

  export interface LoadOptions {
    url: string;
    connections: number;
    /** Requests a second, over all connections. */
    overallRate: number;
    /** Seconds. */
    duration: number;
    /** Seconds. */
    timeout: number;
    requests: {
      setupRequest: (request: object, context: Record<string, unknown>) => LoadRequest;
      onResponse: (status: number, body: string, context: Record<string, unknown>) => void;
    }[];
  }

  export interface LoadResult {
    /** Milliseconds. */
    latency: { p50: number; p90: number; p99: number; max: number };
    requests: { average: number; total: number; sent: number };
    statusCodeStats: Record<string, { count: number }>;
    errors: number;
    timeouts: number;
  }

  export default function autocannon(options: LoadOptions): Promise<LoadResult>;
}
