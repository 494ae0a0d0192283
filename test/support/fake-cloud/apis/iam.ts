/** IAM: service accounts. A project's service agents are accounts of Google's: they can be granted to, and are not listed. */
import { type Api, type Call, page } from "../call";
import { Collection } from "../collection";
import { policyMethods } from "../policy-methods";
import { invalid } from "../refused";

export interface ServiceAccount {
  readonly name: string;
  readonly projectId: string;
  readonly uniqueId: string;
  readonly oauth2ClientId: string;
  readonly email: string;
  readonly etag: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly disabled?: boolean;
}

/** By e-mail. */
export function newIam() {
  return {
    accounts: new Collection<ServiceAccount>(
      (email) => `Unknown service account ${email}`,
      (email) => `Service account ${email} already exists within the project.`,
    ),
  };
}

const emailIn = (name: string) => name.split("/serviceAccounts/")[1] ?? "";
const accountOf = ({ params, state }: Call) => state.iam.accounts.get(emailIn(params.name!));

function create({ body, project, state }: Call): ServiceAccount {
  const { accountId = "", serviceAccount = {} } = body as {
    accountId?: string;
    serviceAccount?: Partial<ServiceAccount>;
  };
  if (!/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(accountId)) {
    throw invalid(
      `Invalid service account name: ${accountId} must be 6 to 30 characters of a-z, 0-9 and -, beginning with a letter.`,
    );
  }
  const email = `${accountId}@${project.id.split(":").reverse().join(".")}.iam.gserviceaccount.com`;
  const uniqueId = `10000${state.newId()}`;
  const ids = { name: `projects/${project.id}/serviceAccounts/${email}`, projectId: project.id, uniqueId, email };
  const { displayName, description } = serviceAccount;
  const texts = { ...(displayName && { displayName }), ...(description && { description }) };
  return state.iam.accounts.add(email, { ...ids, ...texts, etag: "MDEwMjE5MjA=", oauth2ClientId: uniqueId });
}

function patch(call: Call): ServiceAccount {
  const { email } = accountOf(call);
  const { updateMask = "", serviceAccount = {} } = call.body as {
    updateMask?: string;
    serviceAccount?: Partial<ServiceAccount>;
  };
  for (const field of updateMask.split(",")) {
    if (!/^(display_?name|description)$/i.test(field))
      throw invalid(`The field ${field} of a service account cannot be updated.`);
  }
  const { displayName, description } = serviceAccount;
  return call.state.iam.accounts.change(email, {
    ...(/display/i.test(updateMask) && { displayName }),
    ...(updateMask.includes("description") && { description }),
  });
}

function remove(call: Call): object {
  const { email } = accountOf(call);
  call.state.iam.accounts.remove(email);
  call.state.policies.remove(`iam/${call.params.name}`);
  return {};
}

const ACCOUNTS = "projects.serviceAccounts";

/** `projects/-/serviceAccounts/E`: in whichever project it is. */
const projectOf: Api["projectOf"] = (params, _, state) => {
  const name = params.name ?? params.resource ?? "";
  return name.startsWith("projects/-/") ? state.iam.accounts.find(emailIn(name))?.projectId : undefined;
};

export const IAM: Api = {
  name: "iam",
  projectOf,
  methods: {
    [`${ACCOUNTS}.create`]: ["iam.serviceAccounts.create", create],
    [`${ACCOUNTS}.get`]: ["iam.serviceAccounts.get", accountOf],
    [`${ACCOUNTS}.list`]: [
      "iam.serviceAccounts.list",
      ({ project, query, state }) => {
        const all = state.iam.accounts.below("").filter(({ projectId }) => projectId === project.id);
        return page("accounts", all, query);
      },
    ],
    [`${ACCOUNTS}.patch`]: ["iam.serviceAccounts.update", patch],
    [`${ACCOUNTS}.delete`]: ["iam.serviceAccounts.delete", remove],
    ...Object.fromEntries(
      [true, false].map((disabled) => [
        `${ACCOUNTS}.${disabled ? "disable" : "enable"}`,
        [
          `iam.serviceAccounts.${disabled ? "disable" : "enable"}`,
          (call: Call) => {
            call.state.iam.accounts.change(accountOf(call).email, { disabled });
            return {};
          },
        ] as const,
      ]),
    ),
    ...policyMethods(ACCOUNTS, "iam.serviceAccounts", ({ state }, name) => state.iam.accounts.get(emailIn(name))),
  },
};
