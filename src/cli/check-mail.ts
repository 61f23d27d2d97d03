/** Whether the SMTP server takes mail from us; nothing is sent. */
import { smtpOptions, smtpReason } from '../config/smtp.ts';
import type { MailConfig } from '../config/mail.ts';
import type { Finding } from './finding.ts';

const about = 'mail';

/** Nothing where mail is off. */
export async function checkMail(mail: MailConfig | null): Promise<Finding[]> {
  if (mail === null) return [];
  const { host, port, login } = mail.smtp;
  const server = `${host}:${port}`;
  const { createTransport } = await import('nodemailer');
  const transport = createTransport(smtpOptions(mail.smtp));
  try {
    await transport.verify();
    const as = login === null ? 'without a login' : `as ${login.user}`;
    return [{ type: 'ok', about, message: `${server} can be used ${as}` }];
  } catch (error) {
    const reason = smtpReason((error as Error).message, mail.smtp);
    return [{ type: 'problem', about, message: `${server} cannot be used: ${reason}` }];
  } finally {
    transport.close();
  }
}
