{{- define "comity.name" -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "comity.selector" -}}
app.kubernetes.io/name: comity
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "comity.labels" -}}
{{ include "comity.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "comity.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- /* What cannot be: better no release than one that does not hold what it says. */ -}}
{{- define "comity.refusals" -}}
{{- if and .Values.stack .Values.stackConfigMap -}}
{{- fail "stack and stackConfigMap: give one of the two" -}}
{{- end -}}
{{- if not (or .Values.stack .Values.stackConfigMap) -}}
{{- fail "no stack file: give stack (--set-file stack=comity.yaml) or stackConfigMap" -}}
{{- end -}}
{{- if and (gt (int .Values.replicas) 1) .Values.stack (not (regexMatch "(?m)^database:" .Values.stack)) -}}
{{- fail "replicas > 1 share keys and budgets by a database: the stack file has no `database:`" -}}
{{- end -}}
{{- end -}}
