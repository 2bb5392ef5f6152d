import { regional } from '../endpoint.ts';

export const defaultEndpointResolver = regional('appconfigdata', (_region, { name }) => name === 'aws-us-gov');
