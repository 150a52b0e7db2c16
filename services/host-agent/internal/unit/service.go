package unit

import (
	"fmt"
	"path/filepath"

	"sandpiper/services/host-agent/internal/machine"
)

// stopMarginSeconds is what the program has beyond its drain before it is killed.
const stopMarginSeconds = 5

// loopDriver is systemd's own unit that loads the driver of loop devices, which squashfs images are mounted through.
const loopDriver = "modprobe@loop.service"

// Service is the unit of the program, in the spec's profile.
func Service(spec machine.Spec, program Program) string {
	wants, after, requires := "network-online.target", "network-online.target", ""
	if spec.Profile == machine.ProfileSandboxHost {
		// systemd looks for the major number of `block-loop` when the unit starts: the driver must be there by then.
		wants += " " + loopDriver
		after += " " + loopDriver
	}
	if len(spec.Secrets) > 0 {
		after += " " + SecretsName
		requires = fmt.Sprintf("Requires=%s\n# secrets %s\n", SecretsName, digest(spec.Secrets))
	}
	command := append([]string{AgentPath, "exec", "--", filepath.Join(program.Directory, spec.Command[0])}, spec.Command[1:]...)
	head := Header + fmt.Sprintf(`[Unit]
Description=Sandpiper service %[1]s
Wants=%[9]s
After=%[2]s
%[3]sStartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=%[4]s
WorkingDirectory=%[5]s
%[6]s%[7]sRestart=always
RestartSec=2
TimeoutStopSec=%[8]d
KillMode=mixed
StandardOutput=journal
StandardError=journal
SyslogIdentifier=%[1]s
LimitCORE=0
`, spec.Service, after, requires, commandLine(command...), program.Directory,
		environmentLines(spec.Variables), credentialLines(spec.Secrets), spec.DrainSeconds+stopMarginSeconds, wants)
	return head + profile(spec, program) + "\n[Install]\nWantedBy=multi-user.target\n"
}

func profile(spec machine.Spec, program Program) string {
	if spec.Profile == machine.ProfileSandboxHost {
		return fmt.Sprintf(sandboxHost, spec.Service)
	}
	lockedDown := fmt.Sprintf(service, spec.Service)
	if program.NoJIT {
		lockedDown += "MemoryDenyWriteExecute=yes\n"
	}
	return lockedDown
}

// service: a program that listens on a port above 1023, calls out, and writes nothing but /tmp.
const service = `User=%[1]s
Group=%[1]s
UMask=0077
LimitNOFILE=65536
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
RemoveIPC=yes
KeyringMode=private
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
`

// sandboxHost: root that makes sandboxes with crun or gVisor. What it may not have, it does not have. These stay open,
// each for a reason: namespaces and mounts (a sandbox is made of them); /proc uncovered (the kernel refuses a
// new /proc in a user namespace where the old one is partly hidden, so no ProtectKernelTunables, ProtectKernelLogs
// or ProtectProc); the host name (a sandbox sets its own); the cgroup tree (delegated); loop devices (squashfs images);
// ptrace (gVisor's systrap).
const sandboxHost = `UMask=0077
LimitNOFILE=1048576
TasksMax=infinity
Delegate=yes
OOMPolicy=continue
StateDirectory=%[1]s
StateDirectoryMode=0700
RuntimeDirectory=%[1]s
RuntimeDirectoryMode=0700
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_MKNOD CAP_NET_ADMIN CAP_SETFCAP CAP_SETGID CAP_SETPCAP CAP_SETUID CAP_SYS_ADMIN CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_RESOURCE
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
ProtectKernelModules=yes
PrivateTmp=yes
DevicePolicy=closed
DeviceAllow=/dev/loop-control rw
DeviceAllow=block-loop rwm
KeyringMode=private
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM
`
