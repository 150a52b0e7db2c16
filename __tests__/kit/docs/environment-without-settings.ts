/** This process's environment without what would change a synthesis: the settings of stacks/settings.ts and CDKTF's own. */
export function environmentWithoutSettings(): NodeJS.ProcessEnv {
  const SETTING =
    /^(CLOUD|APPLICATION|ENVIRONMENT|CERTIFICATE|NETWORK|ENCRYPTION_KEY|PERMISSIONS_BOUNDARY|FIREWALL|DELETION_PROTECTION|OPERATOR_ACCESS|ARCHITECTURE|DOMAIN|ZONE|CERTIFICATE_ID|ALARM_EMAILS|AWS_REGION|GCP_(PROJECT|REGION)|TF_CLOUD_.*|CDKTF_.*)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !SETTING.test(name)));
}
