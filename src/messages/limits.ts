/**
 * What Slack takes, in characters and pieces. Source: Slack's reference of blocks, elements and
 * composition objects; whatever is over is refused whole.
 */
export const limits = {
  blocksInMessage: 50,
  blocksInModal: 100,
  /** `chat.postMessage` cuts later; `chat.update` refuses more. */
  messageText: 4_000,
  sectionText: 3_000,
  contextText: 3_000,
  contextElements: 10,
  headerText: 150,
  actionsElements: 25,
  /** About 30 show on a phone. */
  buttonText: 75,
  buttonValue: 2_000,
  actionId: 255,
  blockId: 255,
  options: 100,
  optionText: 75,
  optionValue: 75,
  placeholder: 150,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  inputLabel: 2_000,
  inputHint: 2_000,
  inputText: 3_000,
  modalTitle: 24,
  modalButton: 24,
  privateMetadata: 3_000,
  callbackId: 255,
} as const;
