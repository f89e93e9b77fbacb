#!/usr/bin/env bash
# Builds the commit that is checked out twice, in two folders, and compares what would be released.
# Options go to Maven; MODULES=api,api/bom builds only these.
set -eu
root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
commit=$(git -C "$root" rev-parse HEAD)
modules=${MODULES:-api,api/bom,mediator-core,intel-gen7-backend,nvidia-vf-backend,testkit}
for run in first second-with-a-longer-name; do
  mkdir "$work/$run"
  git -C "$root" archive "$commit" | tar -x -C "$work/$run"
  (cd "$work/$run" && mvn -q -B -Prelease -pl .,$modules -am verify -Dmaven.test.skip "$@")
  (cd "$work/$run" && find . -path '*/target/*.jar' -o -path './target/bom.*' -o -name .flattened-pom.xml \
    | grep -v '^./testkit/rules' | sort | xargs sha256sum) > "$work/$run.sums"
done
cat "$work/first.sums"
diff "$work/first.sums" "$work/second-with-a-longer-name.sums"
echo "both builds are the same: $(wc -l < "$work/first.sums") files"
