"""Pictures of networks, graphs and matrices, as SVG text: pure functions of data, no drawing program needed."""

from __future__ import annotations

from .graphs import graph, neuron
from .matrices import outer_products, softmax_jacobian
from .networks import network
from .nodes import Node
from .scene import Picture

__all__ = ["Node", "Picture", "graph", "network", "neuron", "outer_products", "softmax_jacobian"]
