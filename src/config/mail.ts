/** Mail in the configuration: `notifiers.mail` says who writes to whom, `action_mailer` how it leaves. */
import { z } from 'zod';

export interface MailConfig {
  /** As a header has it: `kuroko@example.com`, or a name before it in angle brackets. */
  readonly from: Address;
  /** Addresses that get a copy of all mail, and alone what concerns no single job. */
  readonly to: readonly string[];
  readonly smtp: SmtpConfig;
}

export interface Address {
  readonly name: string;
  readonly address: string;
}

export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  /** What we call ourselves when we greet the server; null: the name of the machine. */
  readonly domain: string | null;
  /** `from_start`: the connection is TLS; the others begin in the open and ask for it. */
  readonly tls: 'from_start' | 'required' | 'if_offered' | 'never';
  /** Whether the server has to prove who it is. */
  readonly verified: boolean;
  readonly login: SmtpLogin | null;
  /** Seconds that connecting may take, and that the server may keep silent. */
  readonly openTimeout: number;
  readonly readTimeout: number;
}

export interface SmtpLogin {
  readonly user: string;
  readonly password: string;
  /** Null: the best that the server offers. */
  readonly method: 'PLAIN' | 'LOGIN' | 'CRAM-MD5' | null;
}

/** One address without a name: nothing that could be taken for more than that. */
export const plainAddress = /^[^\s<>()[\]\\,;:@"\p{C}]{1,64}@[^\s<>()[\]\\,;:@"\p{C}]{1,190}$/u;
const namedAddress = /^\s*(?:"?([^"<>\r\n]*?)"?\s*<([^<>\s]+)>|([^<>\s]+))\s*$/;

const address = z
  .string()
  .refine((text) => addressOf(text) !== null, 'must be an e-mail address')
  .transform((text) => addressOf(text) as Address);

const severalAddresses = 'must be an e-mail address, or several in a list';
const addresses = z
  .union([z.string().transform((text) => text.split(',')), z.array(z.string())], {
    error: ({ input }) => (input === undefined ? 'is missing' : severalAddresses),
  })
  .transform((list) => list.map((text) => addressOf(text)?.address ?? null))
  .refine((list) => list.length > 0 && !list.includes(null), severalAddresses)
  .transform((list) => list.filter((one) => one !== null));

/** Ruby writes such words as `:plain`. */
const word = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.preprocess((text) => (typeof text === 'string' ? text.replace(/^:/, '') : text), z.enum(words));

const text = z.string().min(1);
const seconds = z.number().min(1).max(600);

export const mailSchema = z.strictObject({ mail_from: address, mail_to: addresses });

/** The keys of Rails, with its defaults. */
export const actionMailerSchema = z.strictObject({
  delivery_method: word(['smtp']).optional(),
  smtp_settings: z
    .strictObject({
      address: text.optional(),
      port: z.int().min(1).max(65_535).optional(),
      domain: text.optional(),
      user_name: text.optional(),
      password: text.optional(),
      authentication: word(['plain', 'login', 'cram_md5']).optional(),
      enable_starttls: z.boolean().optional(),
      enable_starttls_auto: z.boolean().optional(),
      openssl_verify_mode: word(['peer', 'none']).optional(),
      tls: z.boolean().optional(),
      ssl: z.boolean().optional(),
      open_timeout: seconds.optional(),
      read_timeout: seconds.optional(),
    })
    .refine((given) => (given.user_name === undefined) === (given.password === undefined), {
      path: ['password'],
      error: 'user_name and password are given together, or neither',
    })
    .optional(),
});

export type ActionMailer = z.infer<typeof actionMailerSchema>;

export function mailConfig(
  mail: z.infer<typeof mailSchema>,
  mailer: ActionMailer | undefined,
): MailConfig {
  const smtp = mailer?.smtp_settings ?? {};
  return {
    from: mail.mail_from,
    to: mail.mail_to,
    smtp: {
      host: smtp.address ?? 'localhost',
      port: smtp.port ?? 25,
      domain: smtp.domain ?? null,
      tls: tlsOf(smtp),
      verified: smtp.openssl_verify_mode !== 'none',
      login: loginOf(smtp),
      openTimeout: smtp.open_timeout ?? 10,
      readTimeout: smtp.read_timeout ?? 30,
    },
  };
}

type Settings = NonNullable<ActionMailer['smtp_settings']>;

function tlsOf({ tls, ssl, enable_starttls, enable_starttls_auto }: Settings): SmtpConfig['tls'] {
  if (tls === true || ssl === true) return 'from_start';
  if (enable_starttls === true) return 'required';
  return enable_starttls === false || enable_starttls_auto === false ? 'never' : 'if_offered';
}

function loginOf({ user_name, password, authentication }: Settings): SmtpLogin | null {
  if (user_name === undefined || password === undefined) return null;
  const methods = { plain: 'PLAIN', login: 'LOGIN', cram_md5: 'CRAM-MD5' } as const;
  const method = authentication === undefined ? null : methods[authentication];
  return { user: user_name, password, method };
}

/** Null for what is none. */
function addressOf(written: string): Address | null {
  const [, name = '', inBrackets, bare] = namedAddress.exec(written) ?? [];
  const found = inBrackets ?? bare ?? '';
  return plainAddress.test(found) ? { name: name.trim(), address: found } : null;
}
