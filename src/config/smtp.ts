/** SMTP as configured, in the words of nodemailer; and what a server says, in words that may be read. */
import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport';
import type { SmtpConfig } from './mail.ts';

export function smtpOptions(smtp: SmtpConfig): SMTPTransportOptions {
  const { host, port, domain, tls, verified, login, openTimeout, readTimeout } = smtp;
  return {
    host,
    port,
    ...(domain !== null && { name: domain }),
    secure: tls === 'from_start',
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'never',
    tls: { rejectUnauthorized: verified },
    ...(login !== null && {
      auth: { user: login.user, pass: login.password },
      ...(login.method !== null && { authMethod: login.method }),
    }),
    dnsTimeout: openTimeout * 1_000,
    connectionTimeout: openTimeout * 1_000,
    greetingTimeout: openTimeout * 1_000,
    socketTimeout: readTimeout * 1_000,
    // What a message refers to is in the message: files and addresses are never read for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Half a sentence. A server may say anything, the password included. */
export function smtpReason(text: string, { login }: SmtpConfig): string {
  const masked = login === null ? text : text.replaceAll(login.password, '***');
  return masked.replaceAll(/\s+/g, ' ').trim().slice(0, 1_000);
}
