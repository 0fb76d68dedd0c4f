{{/*
Names, labels and images, said once.
*/}}
{{- define "memwarden.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Of one component: (dict "root" $ "component" "controller"). What never changes, for selectors. */}}
{{- define "memwarden.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "memwarden.commonLabels" -}}
app.kubernetes.io/part-of: memwarden
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.extraLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "memwarden.labels" -}}
{{ include "memwarden.selector" . }}
{{ include "memwarden.commonLabels" .root }}
{{- end -}}

{{/* (dict "root" $ "image" .Values.image) */}}
{{- define "memwarden.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ default .root.Chart.AppVersion .image.tag }}
{{- end -}}
{{- end -}}

{{- define "memwarden.serviceAccount" -}}
{{- default (printf "%s-%s" (include "memwarden.fullname" .root) .component) .account.name -}}
{{- end -}}
{{- define "memwarden.controllerAccount" -}}
{{- include "memwarden.serviceAccount" (dict "root" . "component" "controller" "account" .Values.controller.serviceAccount) -}}
{{- end -}}
{{- define "memwarden.agentAccount" -}}
{{- include "memwarden.serviceAccount" (dict "root" . "component" "agent" "account" .Values.agent.serviceAccount) -}}
{{- end -}}
{{/* As the API server knows the controller. */}}
{{- define "memwarden.controllerUser" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ include "memwarden.controllerAccount" . }}
{{- end -}}

{{/* A container that may do nothing to its node; the level `restricted` of pod security. */}}
{{- define "memwarden.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
{{- define "memwarden.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Where pods run: the fields of .component that Kubernetes has by the same name. */}}
{{- define "memwarden.placement" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "memwarden.pullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Secret with the link's certificates where the controller does not make them; else empty. */}}
{{- define "memwarden.linkSecret" -}}
{{- if eq .Values.link.tls "CertManager" -}}
{{ include "memwarden.fullname" . }}-link-certificate
{{- else if eq .Values.link.tls "Secret" -}}
{{ required "link.tls is Secret: write its name into link.existingSecret" .Values.link.existingSecret }}
{{- end -}}
{{- end -}}

{{- define "memwarden.linkService" -}}
{{ include "memwarden.fullname" . }}-controller-link
{{- end -}}

{{/* Secret with the password of Redis; empty where it needs none. */}}
{{- define "memwarden.redisSecret" -}}
{{- if .Values.redis.bundled -}}
{{ default (printf "%s-redis" (include "memwarden.fullname" .)) .Values.redis.auth.existingSecret }}
{{- else -}}
{{ .Values.redis.external.existingSecret }}
{{- end -}}
{{- end -}}

{{/* The URL without a password, then with one that the kubelet fills in. */}}
{{- define "memwarden.redisUrl" -}}
{{- $secret := include "memwarden.redisSecret" . -}}
{{- if .Values.redis.bundled -}}
redis://memwarden:$(MEMWARDEN_REDIS_PASSWORD)@{{ include "memwarden.fullname" . }}-redis.{{ .Release.Namespace }}.svc:6379/0
{{- else -}}
{{- $external := .Values.redis.external -}}
{{- $url := required "redis.bundled is false: write the server's URL into redis.external.url" $external.url -}}
{{- if $secret -}}
{{- $parts := splitn "://" 2 $url -}}
{{ $parts._0 }}://{{ $external.username }}:$(MEMWARDEN_REDIS_PASSWORD)@{{ $parts._1 }}
{{- else -}}
{{ $url }}
{{- end -}}
{{- end -}}
{{- end -}}
