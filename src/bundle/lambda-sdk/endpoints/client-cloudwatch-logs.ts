import { regional } from '../endpoint.ts';

export const defaultEndpointResolver = regional('logs', (region) => /^us-gov-(?:east|west)-1$/.test(region));
