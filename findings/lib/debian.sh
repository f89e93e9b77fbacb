# Unpacks Debian packages with all they depend on into a folder. Nothing is installed and nothing needs root.
#
#   closure SUITE FOLDER PACKAGE=VERSION...
#
# Needs apt and dpkg, configured with a Debian mirror.
closure() {
    local suite=$1 folder=$2 state mirror
    shift 2
    state=$folder/.apt
    mirror=$(apt-get indextargets --format '$(REPO_URI)|$(COMPONENT)' "Created-By: Packages" |
        awk -F'|' '$2 == "main" && $1 !~ /security/ { print $1; exit }')
    [ -n "$mirror" ] || { echo "apt knows no Debian mirror" >&2; return 2; }
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    : > "$state/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$state/sources.list"
    local options=(-qq -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache"
        -o APT::Architecture=amd64 -o APT::Install-Recommends=false -o APT::Sandbox::User=root -o Debug::NoLocking=true)
    apt-get "${options[@]}" update >&2 || return 2
    apt-get "${options[@]}" -y --download-only install "$@" >&2 || return 2
    for package in "$state"/cache/archives/*.deb; do
        dpkg -x "$package" "$folder"
    done
}
