import { listen, type Running } from "./tcp.js";

interface Session {
  /** Replies of the transaction that is open. */
  queued: string[] | undefined;
  discarded: boolean;
}

/**
 * A Redis that answers GET with the error that its key spells; the key "cut" loses the connection, "mute" gets no answer,
 * "later ..." fails within a transaction only when it is executed. With `greeting`, says that as soon as a client comes and
 * hangs up.
 */
export function startRedis(greeting?: string): Promise<Running> {
  return listen((socket) => {
    if (greeting !== undefined) return void socket.end(`-${greeting}\r\n`);
    const session: Session = { queued: undefined, discarded: false };
    let pending = "";
    socket.on("data", (data) => {
      pending += data.toString();
      const { commands, rest } = parse(pending);
      pending = rest;
      for (const [name = "", argument = ""] of commands) {
        if (argument === "cut") return socket.destroy();
        if (argument !== "mute") socket.write(`${answer(session, name.toUpperCase(), argument)}\r\n`);
      }
      return undefined;
    });
  });
}

function answer(session: Session, name: string, argument: string): string {
  if (name === "MULTI") session.queued = [];
  if (name === "EXEC") return execute(session);
  if (name !== "GET") return "+OK";
  if (!session.queued) return `-${argument}`;
  session.discarded ||= !argument.startsWith("later ");
  if (session.discarded) return `-${argument}`;
  session.queued.push(`-${argument.slice(6)}`);
  return "+QUEUED";
}

/** An empty transaction is one whose watched keys were changed. */
function execute({ queued = [], discarded }: Session): string {
  if (discarded) return "-EXECABORT Transaction discarded because of previous errors.";
  return queued.length === 0 ? "*-1" : [`*${queued.length}`, ...queued].join("\r\n");
}

/** Commands arrive as arrays of bulk strings; the texts of these tests have no line breaks. */
function parse(text: string): { commands: string[][]; rest: string } {
  const commands: string[][] = [];
  let rest = text;
  for (;;) {
    const lines = rest.split("\r\n");
    const parts = Number(lines[0]?.slice(1));
    if (lines.length <= 1 + 2 * parts || Number.isNaN(parts)) return { commands, rest };
    commands.push(lines.slice(1, 1 + 2 * parts).filter((_, index) => index % 2 === 1));
    rest = lines.slice(1 + 2 * parts).join("\r\n");
  }
}
