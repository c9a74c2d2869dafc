{{- define "wardwatch.name" -}}
{{- printf "%s-wardwatch" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "wardwatch.labels" -}}
app.kubernetes.io/name: wardwatch
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "wardwatch.selector" -}}
app.kubernetes.io/name: wardwatch
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "wardwatch.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}
