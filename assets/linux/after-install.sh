#!/bin/sh
# Run after the files of the package are in place, as root. ${executable} and ${sanitizedProductName} are filled in when
# the package is built.
set -e
folder='/opt/${sanitizedProductName}'

ln -sf "$folder/${executable}" '/usr/bin/${executable}'
ln -sf "$folder/resources/bin/toolswarm" /usr/bin/toolswarm

# Chromium's sandbox needs user namespaces, or else a helper that runs as root.
if unshare --user true 2>/dev/null; then
  chmod 0755 "$folder/chrome-sandbox"
else
  chmod 4755 "$folder/chrome-sandbox"
fi

# Since Ubuntu 24.04 a program may use user namespaces only where a profile says so; older AppArmor cannot read ours.
profile="$folder/resources/apparmor-profile"
if [ -f "$profile" ] && apparmor_status --enabled >/dev/null 2>&1 &&
  apparmor_parser --skip-kernel-load --debug "$profile" >/dev/null 2>&1; then
  cp -f "$profile" '/etc/apparmor.d/${executable}'
  ischroot 2>/dev/null || apparmor_parser --replace --write-cache --skip-read-cache '/etc/apparmor.d/${executable}'
fi

if command -v update-desktop-database >/dev/null 2>&1; then
  update-desktop-database -q /usr/share/applications || true
fi
