/** In place of reading `~/.aws/config` and `~/.aws/credentials`, which Lambda does not have. */
export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });

/** Between the parts of a section's name, for the code that reads SSO sessions from such a file. */
export const CONFIG_PREFIX_SEPARATOR = '.';
