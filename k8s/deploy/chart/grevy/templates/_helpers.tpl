{{- define "grevy.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "grevy.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "grevy.frr-image" -}}
{{ .Values.frr.image.repository }}:{{ .Values.frr.image.tag | default "latest" }}
{{- end }}

{{/* Which of the roles on nodes; "" = none. */}}
{{- define "grevy.node" -}}
{{- range list "node" "node-frr" "node-l2" }}{{ if has . $.Values.roles }}{{ . }}{{ end }}{{ end }}
{{- end }}

{{/* The accounts that the roles make, as a list in JSON. */}}
{{- define "grevy.accounts" -}}
{{- $accounts := list }}
{{- if or (has "router" .Values.roles) (has "router-controller" .Values.roles) }}{{ $accounts = append $accounts "router" }}{{ end }}
{{- if include "grevy.node" . }}{{ $accounts = append $accounts "node" }}{{ end }}
{{- if has "controller" .Values.roles }}{{ $accounts = append $accounts "controller" }}{{ end }}
{{- toJson $accounts }}
{{- end }}

{{/* Those of them that write. */}}
{{- define "grevy.writers" -}}
{{- $accounts := list }}
{{- if has "router-controller" .Values.roles }}{{ $accounts = append $accounts "router" }}{{ end }}
{{- if has "controller" .Values.roles }}{{ $accounts = append $accounts "controller" }}{{ end }}
{{- toJson $accounts }}
{{- end }}

{{/* grevyd.yaml: what every one of them has, then what the values say. */}}
{{- define "grevy.config" -}}
{{- $root := index . 0 }}
{{- $own := index . 1 }}
{{- $more := index . 2 }}
{{- $all := dict "role" "node" "kubernetes" dict "address-pools" $root.Values.pools }}
{{- $from := list "file" }}
{{- if $root.Values.policy.crds }}{{ $from = append $from "crds" }}{{ end }}
{{- with $root.Values.policy.configMap }}{{ $from = append $from (printf "configmap:%s/%s" $root.Values.policy.namespace .) }}{{ end }}
{{- if gt (len $from) 1 }}{{ $_ := set $all "policy-from" $from }}{{ end }}
{{- mergeOverwrite $all $own (deepCopy $root.Values.config) (deepCopy $more) | toYaml }}
{{- end }}

{{/* The container of grevyd without its securityContext's user and what only one role has. */}}
{{- define "grevy.container" -}}
image: {{ include "grevy.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
- name: NODE_NAME
  valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
livenessProbe:
  exec: {command: [grevysh, -c, show version]}
  periodSeconds: 10
  timeoutSeconds: 5
{{- end }}
