import * as fs from 'node:fs';
import * as path from 'node:path';

/** Program that becomes systemd. */
export const INIT = '/usr/local/lib/harness-init';

/**
 * What a machine of its own has, and systemd-nspawn's is without:
 *  - the boot id that it covers with one of its own: a unit with a /proc of its own (ProtectProc=) sees the kernel's, and
 *    `journalctl --boot` would find nothing there;
 *  - a /proc of which nothing is hidden: without one, no sandbox may mount its own;
 *  - loop devices, which are this kernel's own;
 *  - controllers of the first version where this host has them there (of the second they come with the machine's group). In /sys, which
 *    units that may not write elsewhere may.
 */
const INIT_SCRIPT = `#!/bin/sh
umount /proc/sys/kernel/random/boot_id
mkdir /dev/harness-proc && mount -t proc proc /dev/harness-proc
mknod /dev/loop-control c 10 237
number=0
while [ $number -lt 256 ]; do mknod "/dev/loop$number" b 7 $number; number=$((number + 1)); done
mount -t tmpfs -o mode=755 harness /sys/kernel/debug
for controller in memory pids cpu cpuacct; do
  grep -q "^$controller[^0-9]*0[^0-9]" /proc/cgroups && continue
  mkdir "/sys/kernel/debug/$controller" && mount -t cgroup -o $controller cgroup "/sys/kernel/debug/$controller"
done
exec /lib/systemd/systemd
`;

/** What a cloud's own set-up of an image or an instance does, and this harness has to: name, network, trust, start of the boot script. */
export function prepareRoot(
  root: string,
  options: {
    readonly cloud: 'aws' | 'gcp';
    readonly name: string;
    readonly nameServer: string;
    readonly certificatePem: string;
  },
): void {
  const { cloud, name, nameServer, certificatePem } = options;
  const write = (file: string, text: string, mode = 0o644) => {
    const whole = path.join(root, file);
    fs.mkdirSync(path.dirname(whole), { recursive: true });
    fs.rmSync(whole, { force: true });
    fs.writeFileSync(whole, text, { mode });
    fs.chmodSync(whole, mode);
  };
  write('etc/hostname', `${name}\n`);
  write('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${name}\n`);
  write('etc/resolv.conf', `nameserver ${nameServer}\noptions timeout:1\n`);
  write(INIT, INIT_SCRIPT, 0o755);
  write('etc/machine-id', 'uninitialized\n');
  fs.appendFileSync(path.join(root, 'etc/ssl/certs/ca-certificates.crt'), `\n${certificatePem}\n`);
  // Who reads the directory in the file's place.
  write('etc/ssl/certs/sandpiper-test-machines.pem', certificatePem);
  for (const timer of ['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'e2scrub_all.timer'])
    fs.symlinkSync('/dev/null', path.join(root, 'etc/systemd/system', timer));
  if (cloud === 'aws') {
    // What AWS's hypervisor shows in DMI is this host's here: the data source is named instead of being detected, and
    // cloud-init, which asks version 2 of metadata only on what it takes for AWS, reads the hypervisor's id from a file.
    write('etc/hypervisor-uuid', 'ec2e1916-9099-7caf-fd21-012345abcdef\n');
    const dataSource = 'usr/lib/python3/dist-packages/cloudinit/sources/DataSourceEc2.py';
    const code = fs.readFileSync(path.join(root, dataSource), 'utf8');
    write(dataSource, code.replaceAll('/sys/hypervisor/uuid', '/etc/hypervisor-uuid'));
    write('etc/cloud/ds-identify.cfg', 'policy: enabled\ndatasource: Ec2\n');
    write(
      'etc/cloud/cloud.cfg.d/99-harness.cfg',
      'datasource_list: [Ec2]\ndatasource: {Ec2: {strict_id: false, timeout: 5, max_wait: 20}}\nnetwork: {config: disabled}\nlocale: false\n',
    );
    return;
  }
  write(
    'etc/systemd/system/google-startup-scripts.service',
    `[Unit]
Description=Google Compute Engine Startup Scripts
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/bin/google_metadata_script_runner startup
KillMode=process
StandardOutput=journal+console
StandardError=journal+console

[Install]
WantedBy=multi-user.target
`,
  );
  write(
    'usr/bin/google_metadata_script_runner',
    `#!/bin/sh
set -e
directory=$(mktemp -d /tmp/metadata-scripts.XXXXXX)
curl -fsS -H 'Metadata-Flavor: Google' -o "$directory/startup-script" \\
  http://metadata.google.internal/computeMetadata/v1/instance/attributes/startup-script
chmod 0755 "$directory/startup-script"
code=0
"$directory/startup-script" 2>&1 || code=$?
rm -r "$directory"
echo "startup-script exit status $code"
exit "$code"
`,
    0o755,
  );
  const wants = path.join(root, 'etc/systemd/system/multi-user.target.wants');
  fs.mkdirSync(wants, { recursive: true });
  fs.symlinkSync('../google-startup-scripts.service', path.join(wants, 'google-startup-scripts.service'));
}
