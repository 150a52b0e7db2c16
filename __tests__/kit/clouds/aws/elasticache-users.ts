import { ApiError, type ApiStructure } from './api-model';
import type { Actions, ElastiCacheAccount } from './elasticache-account';

/** Oldest engine version that takes IAM users of Valkey ("Authenticating with IAM"). */
const MINIMUM_ENGINE_VERSION: Readonly<Record<string, string>> = { valkey: '7.2', redis: '7.0' };

interface User {
  readonly UserId: string;
  readonly UserName: string;
  readonly Engine: string;
  AccessString: string;
  Authentication: { readonly Type: string; readonly PasswordCount?: number };
}

interface UserGroup {
  readonly UserGroupId: string;
  readonly Engine: string;
  UserIds: string[];
}

/** Users of ElastiCache and their groups: both are active at once, and gone as soon as they are deleted. */
export class ElastiCacheUsers {
  private readonly users = new Map<string, User>();
  private readonly groups = new Map<string, UserGroup>();

  constructor(
    private readonly account: ElastiCacheAccount,
    /** Replication groups that a user group is attached to. */
    private readonly usersOf: (userGroupId: string) => readonly string[],
  ) {}

  readonly actions: Actions = {
    CreateUser: (call) => {
      const { UserId, UserName, Engine, AccessString } = call as unknown as User;
      if (this.users.has(UserId)) throw new ApiError('UserAlreadyExists', `User ${UserId} already exists.`);
      const user = { UserId, UserName, Engine, AccessString, Authentication: authenticationOf(call) };
      if (user.Authentication.Type === 'iam' && UserId !== UserName) {
        throw new ApiError('InvalidParameterValue', 'UserId and UserName must match for IAM-enabled users.');
      }
      this.users.set(UserId, user);
      this.account.tag(this.arn('user', UserId), call);
      return this.user(user);
    },
    DescribeUsers: ({ UserId }) => ({
      Users: (UserId === undefined ? [...this.users.values()] : [this.findUser(UserId as string)]).map((user) =>
        this.user(user),
      ),
    }),
    ModifyUser: (call) => {
      const user = this.findUser(call.UserId as string);
      if (call.AccessString !== undefined) user.AccessString = call.AccessString as string;
      if (call.AppendAccessString !== undefined) user.AccessString += ` ${call.AppendAccessString as string}`;
      if (call.AuthenticationMode !== undefined) user.Authentication = authenticationOf(call);
      return this.user(user);
    },
    DeleteUser: ({ UserId }) => {
      const user = this.findUser(UserId as string);
      const answer = { ...this.user(user), Status: 'deleting' };
      this.users.delete(user.UserId);
      for (const group of this.groups.values()) group.UserIds = group.UserIds.filter((id) => id !== user.UserId);
      this.account.untag(this.arn('user', user.UserId));
      return answer;
    },
    CreateUserGroup: (call) => {
      const { UserGroupId, Engine, UserIds = [] } = call as unknown as UserGroup;
      if (this.groups.has(UserGroupId)) {
        throw new ApiError('UserGroupAlreadyExists', `User group ${UserGroupId} already exists.`);
      }
      this.checkMembers(Engine, UserIds);
      this.groups.set(UserGroupId, { UserGroupId, Engine, UserIds });
      this.account.tag(this.arn('usergroup', UserGroupId), call);
      return this.group(this.findGroup(UserGroupId));
    },
    DescribeUserGroups: ({ UserGroupId }) => ({
      UserGroups: (UserGroupId === undefined ? [...this.groups.values()] : [this.findGroup(UserGroupId as string)]).map(
        (group) => this.group(group),
      ),
    }),
    ModifyUserGroup: (call) => {
      const group = this.findGroup(call.UserGroupId as string);
      const added = (call.UserIdsToAdd ?? []) as string[];
      const removed = (call.UserIdsToRemove ?? []) as string[];
      const members = [...group.UserIds.filter((id) => !removed.includes(id)), ...added];
      this.checkMembers(group.Engine, members);
      group.UserIds = members;
      return this.group(group);
    },
    DeleteUserGroup: ({ UserGroupId }) => {
      const group = this.findGroup(UserGroupId as string);
      const attached = this.usersOf(group.UserGroupId);
      if (attached.length > 0) {
        throw new ApiError('InvalidUserGroupState', `User group is associated with ${attached.join(', ')}.`);
      }
      const answer = { ...this.group(group), Status: 'deleting' };
      this.groups.delete(group.UserGroupId);
      this.account.untag(this.arn('usergroup', group.UserGroupId));
      return answer;
    },
  };

  /** @throws ApiError when there is none */
  findGroup(id: string): UserGroup {
    const group = this.groups.get(id);
    if (group === undefined) throw new ApiError('UserGroupNotFound', `User group ${id} not found.`);
    return group;
  }

  private findUser(id: string): User {
    const user = this.users.get(id);
    if (user === undefined) throw new ApiError('UserNotFound', `User ${id} not found.`);
    return user;
  }

  private checkMembers(engine: string, ids: readonly string[]): void {
    const users = ids.map((id) => this.findUser(id));
    const other = users.find((user) => user.Engine !== engine);
    if (other !== undefined) {
      throw new ApiError(
        'InvalidParameterValue',
        `User ${other.UserId} is of ${other.Engine}, the group of ${engine}.`,
      );
    }
    if (new Set(users.map(({ UserName }) => UserName)).size < users.length) {
      throw new ApiError('DuplicateUserName', 'Two users of a group have one name.');
    }
    // A group of Valkey needs no user `default`, one of Redis OSS does ("Role-Based Access Control").
    if (engine === 'redis' && !users.some(({ UserName }) => UserName === 'default')) {
      throw new ApiError('DefaultUserRequired', 'User group needs to contain a user with the user name default.');
    }
  }

  private user(user: User): ApiStructure {
    const groups = [...this.groups.values()].filter(({ UserIds }) => UserIds.includes(user.UserId));
    return {
      ...user,
      Status: 'active',
      MinimumEngineVersion: MINIMUM_ENGINE_VERSION[user.Engine],
      UserGroupIds: groups.map(({ UserGroupId }) => UserGroupId),
      ARN: this.arn('user', user.UserId),
    };
  }

  private group(group: UserGroup): ApiStructure {
    return {
      ...group,
      Status: 'active',
      MinimumEngineVersion: MINIMUM_ENGINE_VERSION[group.Engine],
      ReplicationGroups: this.usersOf(group.UserGroupId),
      ARN: this.arn('usergroup', group.UserGroupId),
    };
  }

  private arn(kind: 'user' | 'usergroup', id: string): string {
    return this.account.arn(kind, id);
  }
}

/** What a user proves itself with, as answers say it: a count of passwords, never one itself. */
function authenticationOf(call: ApiStructure): User['Authentication'] {
  const { Type, Passwords = [] } = (call.AuthenticationMode ?? {}) as { Type?: string; Passwords?: readonly string[] };
  const passwords = [...((call.Passwords ?? []) as readonly string[]), ...Passwords];
  if (Type === 'iam' && passwords.length > 0) {
    throw new ApiError('InvalidParameterCombination', 'Passwords cannot be given with IAM authentication.');
  }
  if (Type === 'iam') return { Type: 'iam' };
  if (passwords.length > 0) return { Type: 'password', PasswordCount: passwords.length };
  if (Type === 'no-password-required' || call.NoPasswordRequired === true) return { Type: 'no-password' };
  throw new ApiError('InvalidParameterCombination', 'A user needs a password, IAM, or to need none.');
}
