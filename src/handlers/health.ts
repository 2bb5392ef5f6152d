/** `GET /health`: that a function runs at all. It asks nothing of anything, so that it tells nothing of anything either. */
export const handler = async () => ({
  statusCode: 200,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  body: '{"status":"ok"}',
});
