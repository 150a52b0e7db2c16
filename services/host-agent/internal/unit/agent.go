package unit

import (
	"fmt"

	"sandpiper/services/host-agent/internal/machine"
)

// Secrets is the oneshot that fetches the secrets before the service starts. It tries for ever, so that the service,
// which requires it, is never refused its start for good.
func Secrets(spec machine.Spec) string {
	return Header + fmt.Sprintf(`[Unit]
Description=Sandpiper secrets of %[1]s
Wants=network-online.target
After=network-online.target
# secrets %[2]s

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=%[3]s secrets --spec %[4]s
TimeoutStartSec=infinity
Restart=on-failure
RestartSec=15
StandardOutput=journal
StandardError=journal+console
UMask=0077
RuntimeDirectory=sandpiper
RuntimeDirectoryPreserve=yes
CapabilityBoundingSet=
%[5]sMemoryDenyWriteExecute=yes

[Install]
WantedBy=multi-user.target
`, spec.Service, digest(spec.Secrets), AgentPath, SpecPath, ownSandbox)
}

// Agent is the daemon: no root, no capability; it reads the journal through its group.
func Agent(spec machine.Spec) string {
	return Header + fmt.Sprintf(`[Unit]
Description=Sandpiper host agent
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0
# agent %[1]s, settings %[2]s

[Service]
Type=notify
ExecStart=%[3]s serve --spec %[4]s
User=%[5]s
Group=%[5]s
SupplementaryGroups=systemd-journal
StateDirectory=%[5]s
StateDirectoryMode=0700
Restart=always
RestartSec=5
TimeoutStartSec=60
TimeoutStopSec=15
StandardOutput=journal
StandardError=journal+console
UMask=0077
MemoryMax=256M
CapabilityBoundingSet=
AmbientCapabilities=
PrivateUsers=yes
%[6]sMemoryDenyWriteExecute=yes

[Install]
WantedBy=multi-user.target
`, spec.HostAgent.SHA256, digest(agentSettings(spec)), AgentPath, SpecPath, AgentUser, ownSandbox)
}

// agentSettings is what of the spec the daemon reads.
func agentSettings(spec machine.Spec) any {
	return []any{spec.Cloud, spec.Region, spec.Project, spec.Service, spec.EnvironmentName, spec.Port, spec.Health, spec.Logs}
}

// ownSandbox is common to the agent's units.
const ownSandbox = `LimitCORE=0
NoNewPrivileges=yes
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
