/** Everything that Slack may send us, and who listens to it. A test holds the manifests against this. */
import {
  actionIds,
  callbackIds,
  commandName,
  launchFields,
  type ActionId,
} from '../messages/action-ids.ts';
import { unknownButtonAnswer } from '../messages/command-answers.ts';
import { chooseStepClick } from './actions/choose-step.ts';
import {
  deliveriesClick,
  sendAgainClick,
  switchOnClick,
  testEndpointClick,
} from './actions/deliveries.ts';
import { helpListClick, helpStatusClick, helpWorkersClick } from './actions/help.ts';
import { historyClick } from './actions/history.ts';
import { launchClick } from './actions/launch.ts';
import { launchFormClick } from './actions/launch-form.ts';
import { logsClick } from './actions/logs.ts';
import { matchClick } from './actions/match.ts';
import { cancelClick, retryClick, skipClick, terminateClick } from './actions/operate.ts';
import { pageClick } from './actions/page.ts';
import {
  restartClick,
  restartHandOverClick,
  restartStopClick,
  restartWaitClick,
} from './actions/restart.ts';
import {
  addScheduleClick,
  addSuspendScheduleClick,
  removeScheduleClick,
  resumeJobClick,
  schedulesClick,
  suspendJobClick,
} from './actions/schedules.ts';
import { drainClick, seeToWorkerChoice, undrainClick } from './actions/see-to.ts';
import { showClick } from './actions/show.ts';
import { statusClick } from './actions/status.ts';
import { appMention } from './events/app-mention.ts';
import { directMessage } from './events/direct-message.ts';
import { serve } from './serve.ts';
import { slashCommand } from './slash-command.ts';
import { jobChosen } from './views/job-chosen.ts';
import { launchSubmit } from './views/launch.ts';
import { addScheduleSubmit, addSuspendScheduleSubmit } from './views/schedule.ts';
import type { ClickListener } from './actions/listen.ts';

/** By command. */
export const commandListeners = { [commandName]: slashCommand } as const;

/** By event, as the manifest calls it. Bolt knows `message.im` as `message`. */
export const eventListeners = {
  app_mention: appMention,
  'message.im': directMessage,
} as const;

/** By action id of a button or menu: one without a listener does not compile. */
export const clickListeners: Readonly<Record<ActionId, ClickListener>> = {
  [actionIds.retry]: retryClick,
  [actionIds.skip]: skipClick,
  [actionIds.cancel]: cancelClick,
  [actionIds.terminate]: terminateClick,
  [actionIds.chooseStep]: chooseStepClick,
  [actionIds.launch]: launchClick,
  [actionIds.launchForm]: launchFormClick,
  [actionIds.show]: showClick,
  [actionIds.status]: statusClick,
  [actionIds.logs]: logsClick,
  [actionIds.previousPage]: pageClick,
  [actionIds.nextPage]: pageClick,
  [actionIds.newest]: historyClick,
  [actionIds.older]: historyClick,
  [actionIds.match]: matchClick,
  [actionIds.helpList]: helpListClick,
  [actionIds.helpStatus]: helpStatusClick,
  [actionIds.helpWorkers]: helpWorkersClick,
  [actionIds.seeToWorker]: seeToWorkerChoice,
  [actionIds.drain]: drainClick,
  [actionIds.undrain]: undrainClick,
  [actionIds.restart]: restartClick,
  [actionIds.restartHandOver]: restartHandOverClick,
  [actionIds.restartWait]: restartWaitClick,
  [actionIds.restartStop]: restartStopClick,
  [actionIds.schedules]: schedulesClick,
  [actionIds.addSchedule]: addScheduleClick,
  [actionIds.addSuspendSchedule]: addSuspendScheduleClick,
  [actionIds.removeSchedule]: removeScheduleClick,
  [actionIds.suspendJob]: suspendJobClick,
  [actionIds.resumeJob]: resumeJobClick,
  [actionIds.newestDeliveries]: deliveriesClick,
  [actionIds.olderDeliveries]: deliveriesClick,
  [actionIds.sendAgain]: sendAgainClick,
  [actionIds.switchOn]: switchOnClick,
  [actionIds.testEndpoint]: testEndpointClick,
};

/** A button of a message older than this version. */
export const unknownClick: ClickListener = (shell, click) =>
  serve(shell, click, () => click.answer(unknownButtonAnswer()));

/** By callback id of a modal. */
export const submitListeners = {
  [callbackIds.launch]: launchSubmit,
  [callbackIds.addSchedule]: addScheduleSubmit,
  [callbackIds.addSuspendSchedule]: addSuspendScheduleSubmit,
} as const;

/** By action id of a field in a modal. */
export const fieldListeners = { [launchFields.job.actionId]: jobChosen } as const;
