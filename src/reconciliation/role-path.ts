/** The path of the roles that this service is deployed with; and of the boundary, where that is used. */
export const ROLE_PATH = '/portcullis/';
