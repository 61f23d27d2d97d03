/** Every fault test has a short form for each run of the tests, and a long one: `npm run test:faults`. */
export const long = process.env['KUROKO_FAULTS'] === 'long';
