# Functions for the commands of docs/runbook.md, for sh, bash and zsh: export STACK, then `. tools/runbook.sh`.
# They need the AWS CLI, jq and Terraform, and are run in the project's folder.

: "${STACK:?names no stack: export STACK=tap-dev-us-east-1 AWS_DEFAULT_REGION=us-east-1}"
stack=cdktf.out/stacks/$STACK
export AWS_PAGER= # answers are printed, not shown in a pager

# out NAME: an output of the stack, such as processor_function.
out() { "${TERRAFORM_BINARY_NAME:-terraform}" -chdir="$stack" output -raw "$1"; }

# query NAME [MINUTES]: what a saved query finds in the last minutes (60 if not said), one result a line.
query() {
    _wanted=$(aws logs describe-query-definitions --query-definition-name-prefix "$STACK/$1" --output json |
        jq -e --arg name "$STACK/$1" --argjson minutes "${2:-60}" '
            first(.queryDefinitions[] | select(.name == $name))
            | {queryString, logGroupNames, startTime: (now - 60 * $minutes | floor), endTime: (now | floor)}') ||
        { echo "there is no saved query $STACK/$1 in this region" >&2; return 1; }
    _id=$(aws logs start-query --cli-input-json "$_wanted" --query queryId --output text) || return
    while _found=$(aws logs get-query-results --query-id "$_id" --output json) || return; do
        printf '%s' "$_found" | jq -e '.status == "Scheduled" or .status == "Running"' >/dev/null || break
        sleep 1
    done
    printf '%s' "$_found" |
        jq -r '.results[] | map(select(.field != "@ptr") | "\(.field)=\(.value)") | join("  ")'
}

# metric NAMESPACE NAME STATISTIC DIMENSION=VALUE ...: the last 3 hours of a metric, 5 minutes a line.
metric() {
    _namespace=$1 _name=$2 _statistic=$3
    shift 3
    aws cloudwatch get-metric-data --scan-by TimestampAscending \
        --start-time "$(jq -nr 'now - 3 * 3600 | todate')" --end-time "$(jq -nr 'now | todate')" \
        --metric-data-queries "$(jq -n --arg namespace "$_namespace" --arg name "$_name" --arg statistic "$_statistic" '
            [$ARGS.positional[] | capture("^(?<Name>[^=]+)=(?<Value>.*)$")] as $dimensions
            | {Metric: {Namespace: $namespace, MetricName: $name, Dimensions: $dimensions}, Period: 300, Stat: $statistic}
            | [{Id: "wanted", MetricStat: .}]' --args "$@")" \
        --output json |
        jq -r '.MetricDataResults[0] | [.Timestamps, .Values] | transpose[] | @tsv'
}
