#!/usr/bin/env bash
# What the action runs: the checker, the scenarios, the proofs of rubrics, the rehearsals. Everything is tried before it fails, so that one run tells all.
# TOCSIN: how to call it. FOLDER, RUNS, SEED, BASELINES: see action.yml. GITHUB_STEP_SUMMARY: where GitHub shows a summary.
set -uo pipefail
shopt -s nullglob

read -ra tocsin <<<"${TOCSIN:-npx tocsin}"
summary="${GITHUB_STEP_SUMMARY:-/dev/null}"
failed=0
cd "${FOLDER:-.}" || exit 2

try() {
  local title="$1"
  shift
  echo "::group::$title"
  "${tocsin[@]}" "$@" | tee -a "$output"
  local code=${PIPESTATUS[0]}
  echo "::endgroup::"
  if [ "$code" -ne 0 ]; then
    failed=1
    echo "::error::$title failed (exit $code)"
    echo "- **failed**: $title" >>"$summary"
  else
    echo "- $title" >>"$summary"
  fi
}

output="$(mktemp)"
trap 'rm -f "$output"' EXIT

playbooks=(playbooks/*.yaml)
simulations=(simulations/*.yaml)
if [ ${#playbooks[@]} -eq 0 ] && [ ${#simulations[@]} -eq 0 ]; then
  echo "::error::There is no playbooks/*.yaml and no simulations/*.yaml in $(pwd). Say folder."
  exit 2
fi

if [ ${#playbooks[@]} -gt 0 ]; then
  try "Check ${#playbooks[@]} playbooks" playbook check "${playbooks[@]}" --format github
  scenarios=(playbooks/tests/*.yaml)
  if [ ${#scenarios[@]} -gt 0 ]; then try "Play the scenarios of playbooks" playbook test --coverage; fi
fi

if [ ${#simulations[@]} -gt 0 ]; then try "Check ${#simulations[@]} simulations" simulation check "${simulations[@]}"; fi
if [ ${#simulations[@]} -gt 0 ]; then try "Prove ${#simulations[@]} simulations" simulation prove "${simulations[@]}"; fi
for simulation in "${simulations[@]}"; do
  name="$(basename "$simulation" .yaml)"
  baseline="${BASELINES:-rehearsals}/$name.json"
  if [ -f "$baseline" ]; then
    try "Rehearse $name against $baseline" rehearse "$simulation" --runs "${RUNS:-200}" --seed "${SEED:-1}" --assert "$baseline"
  else
    echo "::notice::$name has no $baseline to compare with. Keep one: tocsin rehearse $simulation --save $baseline"
    try "Rehearse $name" rehearse "$simulation" --runs "${RUNS:-200}" --seed "${SEED:-1}"
  fi
done

{
  echo
  echo '```'
  # A fence inside would end the block.
  sed 's/```/` ` `/g' "$output"
  echo '```'
} >>"$summary"
exit "$failed"
