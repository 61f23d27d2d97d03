/**
 * The targets besides Slack in a process of their own, to be killed. Its one argument is JSON: the folder
 * of the build, the database's URL, and the secret of the webhooks.
 */
const { build, url, secretToken } = JSON.parse(process.argv[2]);
const load = (file) => import(`${build}/src/${file}`);
const { commandDefaults } = await load('config.js');
const { createLog } = await load('log.js');
const { createChannels } = await load('notifiers/channels.js');
const { engineFacts } = await load('operations/engine-facts.js');
const { openDatabase } = await load('store/database.js');
const { startTargets } = await load('workers/targets.js');

const db = openDatabase(url, { max: 4, name: 'notifier' });
const timeText = (at) => at.toISOString();
const webhook = { secretToken, allowPrivateAddresses: true };
const context = { baseUrl: 'http://kuroko.example', timeText };
const channels = createChannels({ webhook, mail: null, hipchat: null }, context);
const facts = engineFacts(commandDefaults);
const targets = startTargets(db, channels, facts, createLog('notifier'), { leaseSeconds: 2 });
setInterval(() => targets.wake(), 20);
process.stdout.write('ready\n');
