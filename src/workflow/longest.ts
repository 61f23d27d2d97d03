/** 68 years: whoever writes more means "long enough", and a database's integer holds this. */
export const longestSeconds = 2 ** 31 - 1;
